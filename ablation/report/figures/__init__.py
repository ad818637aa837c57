"""Figures of a report, drawn with matplotlib and without its global state; each may have nothing to show.

from ablation.report.figures import effects_forest
picture = effects_forest(analysis, "loss", "lower")
"""

from ablation.report.figures.cost import cost
from ablation.report.figures.curves import learning_curves
from ablation.report.figures.effects import effects_forest
from ablation.report.figures.half_normal import half_normal
from ablation.report.figures.heatmaps import heatmaps
from ablation.report.figures.interactions import interactions
from ablation.report.figures.latent import latent_scatter, latent_walk
from ablation.report.figures.means import marginal_means
from ablation.report.figures.picture import Picture
from ablation.report.figures.reconstructions import reconstructions
from ablation.report.figures.residuals import residuals
from ablation.report.figures.seeds import seeds_strip

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
    "marginal_means",
    "reconstructions",
    "residuals",
    "seeds_strip",
]
