"""Figures of a report, drawn with matplotlib and without its global state; each may have nothing to show.

from ablation.report.figures import effects_forest
from ablation.report.sentences import Wording
picture = effects_forest(analysis, Wording.of(analysis))
"""

from ablation.report.figures.cost_front import cost
from ablation.report.figures.curves import learning_curves
from ablation.report.figures.forest import effects_forest
from ablation.report.figures.half_normal import half_normal
from ablation.report.figures.latent import latent_scatter, latent_walk
from ablation.report.figures.level_means import marginal_means
from ablation.report.figures.look_by_look import look_by_look
from ablation.report.figures.map_grid import heatmaps
from ablation.report.figures.pair_grid import interactions
from ablation.report.figures.picture import Picture
from ablation.report.figures.reconstructions import reconstructions
from ablation.report.figures.residuals import residuals
from ablation.report.figures.run_strip import seeds_strip

__all__ = [
    "Picture",
    "cost",
    "effects_forest",
    "half_normal",
    "heatmaps",
    "interactions",
    "latent_scatter",
    "latent_walk",
    "learning_curves",
    "look_by_look",
    "marginal_means",
    "reconstructions",
    "residuals",
    "seeds_strip",
]
