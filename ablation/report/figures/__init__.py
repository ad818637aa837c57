"""Figures of a report; each may have nothing to show.

from ablation.report.figures import as_file, effects_forest
from ablation.report.sentences import Wording
picture = as_file(effects_forest(analysis, Wording.of(analysis)))

Plots are data that `draw` turns into SVG; matplotlib draws pictures of images, and is loaded for them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ablation.extras import needed
from ablation.report.figures import draw
from ablation.report.figures.costs import cost
from ablation.report.figures.curves import learning_curves
from ablation.report.figures.data_sets import critical_difference, set_effects
from ablation.report.figures.forest import effects_forest
from ablation.report.figures.half_normal import half_normal
from ablation.report.figures.level_means import marginal_means
from ablation.report.figures.look_by_look import look_by_look
from ablation.report.figures.pair_grid import interactions
from ablation.report.figures.plot import Plot
from ablation.report.figures.questions import questions
from ablation.report.figures.residuals import residuals
from ablation.report.figures.run_strip import seeds_strip

if TYPE_CHECKING:
    from ablation.report.figures.latent import latent_scatter, latent_walk
    from ablation.report.figures.map_grid import heatmaps
    from ablation.report.figures.picture import Picture
    from ablation.report.figures.recon_grid import reconstructions

_IMAGES = {
    "Picture": "picture",
    "heatmaps": "map_grid",
    "latent_scatter": "latent",
    "latent_walk": "latent",
    "reconstructions": "recon_grid",
}
"""What needs matplotlib → its module."""


def __getattr__(name: str) -> Any:
    if name not in _IMAGES:
        raise AttributeError(name)
    with needed("Pictures of images need"):
        return getattr(import_module(f"{__name__}.{_IMAGES[name]}"), name)


def as_file(figure: "Plot | Picture") -> str:
    """SVG as a file of its own."""
    return draw.svg(figure) if isinstance(figure, Plot) else figure.svg()


__all__ = [
    "Picture",
    "Plot",
    "as_file",
    "cost",
    "critical_difference",
    "effects_forest",
    "half_normal",
    "heatmaps",
    "interactions",
    "latent_scatter",
    "latent_walk",
    "learning_curves",
    "look_by_look",
    "marginal_means",
    "questions",
    "reconstructions",
    "residuals",
    "seeds_strip",
    "set_effects",
]
