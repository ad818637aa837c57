"""Scores of heatmaps, in NumPy alone; one number per image, to be averaged over a run.

Two rows belong beside every score: that of `magnitude`, which knows no network, and that of the same map of
the same network with weights that have learned nothing, its first ones.
"""

from collections.abc import Mapping

import numpy as np

from ablation.app.data.samples import DISTRACTOR, TARGET
from ablation.errors import UsageError


def contrast_auroc(maps: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """Probability that a map is higher at a target's pixel than at a distractor's; a tie counts half.

    The area under the ROC curve (Mann & Whitney's U / n₁n₂) of target against distractor pixels. The
    background is left out: it is dark, and finding what is bright would be enough. A constant map gives 0.5.
    Below 0.5 a map marks distractors rather than targets; it is reported as it is, not turned.

    Args:
        maps: (n, height, width).
        masks: (n, height, width): 0 background, 1 target, 2 distractor.

    Returns:
        (n,) in [0, 1]; NaN where an image has no target or no distractor.

    Raises:
        UsageError: maps and masks of different shapes, or other values in a mask.
    """
    maps, masks = np.asarray(maps), np.asarray(masks)
    if maps.ndim != 3 or maps.shape != masks.shape:
        raise UsageError(
            f"masks: expected the shape of the maps, (n, height, width). Received: {masks.shape}, "
            f"maps {maps.shape}"
        )
    if not np.isin(masks, (0, TARGET, DISTRACTOR)).all():
        raise UsageError(
            f"masks: expected 0, 1 (target) and 2 (distractor). Received: {np.unique(masks)[:9]}"
        )
    return np.array([_auroc(m[k == TARGET], m[k == DISTRACTOR]) for m, k in zip(maps, masks, strict=True)])


def irrelevant_branch_share(maps: Mapping[str, np.ndarray], irrelevant: str) -> np.ndarray:
    """The share of all attribution that lies in a branch that does not matter.

    Σ|map| of that branch over Σ|map| of all, of maps in the same units, such as those of Grad-CAM with
    summed gradients; each map counts by its mean over pixels, so that sizes do not matter.

    Args:
        maps: input name → (n, height, width).
        irrelevant: the input on which nothing depends.

    Returns:
        (n,) in [0, 1]; NaN where all maps are zero. A branch with an equal share has 1 / number of inputs.

    Raises:
        UsageError: there is no map of that input.
    """
    if irrelevant not in maps:
        raise UsageError(f"irrelevant: expected one of {', '.join(maps)}. Received: {irrelevant!r}")
    shown = {name: np.abs(values).mean(axis=(1, 2)) for name, values in maps.items()}
    total = np.asarray(sum(shown.values()), float)
    return np.asarray(np.divide(shown[irrelevant], total, out=np.full(total.shape, np.nan), where=total > 0))


def deletion_gain(by_map: np.ndarray, by_chance: np.ndarray) -> np.ndarray:
    """How much sooner a prediction changes when pixels go in a map's order than in a random one.

    The area between the curves of |ŷ − ŷ after deleting a share of the pixels| over that share. Positive:
    the map names first what the prediction rests on; 0: no better than chance.

    Args:
        by_map: (n, steps + 1), predictions of `maps.Deletion` in the map's order.
        by_chance: (orders, n, steps + 1), in random orders.

    Returns:
        (n,), in the units of the prediction.
    """
    return np.asarray(_area(by_map) - _area(by_chance).mean(axis=0))


def magnitude(images: np.ndarray) -> np.ndarray:
    """A map that knows no network: |x|, the mean over channels.

    Args:
        images: (n, height, width, channels).

    Returns:
        (n, height, width).
    """
    return np.asarray(np.abs(images).mean(axis=-1))


def _auroc(targets: np.ndarray, distractors: np.ndarray) -> float:
    from scipy.stats import rankdata  # a second to import, which only studies with masks need

    if not targets.size or not distractors.size:
        return float("nan")
    rank_sum = rankdata(np.concatenate([targets, distractors]))[: targets.size].sum()
    above = rank_sum - targets.size * (targets.size + 1) / 2
    return float(above / (targets.size * distractors.size))


def _area(curves: np.ndarray) -> np.ndarray:
    """The area under |first − each| over shares from 0 to 1, by the trapezoidal rule."""
    curves = np.asarray(curves, float)
    steps = curves.shape[-1] - 1
    return np.asarray(np.trapezoid(np.abs(curves[..., :1] - curves), dx=1 / steps, axis=-1))
