"""Where a network looks, as responses: maps of test images, scored against masks of what the images show.

Two rows stand beside each score: `magnitude` (|x|, which knows no network), and the same map of networks with
random weights (`<map>_random`, the mean over a few). Loss and localisation are different responses: a network
can predict well and look elsewhere.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ablation.app.data.samples import TARGET
from ablation.results import Response

MAP_RESPONSES = (Response("contrast_auroc.*", direction="higher"), Response("irrelevant_branch_share*"))

N_MEASURED = 200
"""Test images that are scored, the first ones; a run's score is their mean."""
N_SHOWN = 6
"""Test images whose maps are kept for the report."""


def map_responses(
    measured: Mapping[str, np.ndarray], images: Mapping[str, np.ndarray], masks: Mapping[str, np.ndarray]
) -> dict[str, float]:
    """Score the maps of one run.

    Args:
        measured: of `MapMeasure`; other entries are left alone.
        images: input → (n, height, width, channels), what the maps are of.
        masks: input → (n, height, width), of those inputs that have one.

    Returns:
        `contrast_auroc.<input>.<map>` for inputs that show targets and distractors. Where masks say that an
        input shows no target at all, `irrelevant_branch_share` (of Grad-CAM, in (0, 1)) and its
        `…_random`. What cannot be measured is left out.
    """
    from ablation.app.maps.scores import contrast_auroc, magnitude

    responses = {}
    for name, mask in masks.items():
        maps = {key.removesuffix(f".{name}"): m for key, m in measured.items() if key.endswith(f".{name}")}
        for kind, values in {**maps, "magnitude": magnitude(images[name])}.items():
            responses[f"contrast_auroc.{name}.{kind}"] = _mean(contrast_auroc(m, mask) for m in _each(values))
    for kind in ("grad_cam", "grad_cam_random"):
        suffix = kind.removeprefix("grad_cam")
        responses[f"irrelevant_branch_share{suffix}"] = _irrelevant_share(measured, kind, masks)
    return {name: value for name, value in responses.items() if not np.isnan(value)}


def map_arrays(
    measured: Mapping[str, np.ndarray], images: Mapping[str, np.ndarray], masks: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """What the report shows of them: the first few images, their masks, the network's maps."""
    arrays: dict[str, np.ndarray] = {}
    for name, values in images.items():
        arrays[f"input.{name}"] = np.round(values[:N_SHOWN] * 255).clip(0, 255).astype(np.uint8)
        for key, maps in measured.items():
            if key.endswith(f".{name}") and maps.ndim == 3:
                kind = key.removesuffix(f".{name}")
                arrays[f"heatmap.{name}.{kind}"] = maps[:N_SHOWN].astype(np.float16)
    return {**arrays, **{f"mask.{name}": mask[:N_SHOWN] for name, mask in masks.items()}}


def irrelevant_inputs(masks: Mapping[str, np.ndarray]) -> list[str]:
    """The inputs whose masks show no target anywhere, if others show some."""
    without = [name for name, mask in masks.items() if not np.any(mask == TARGET)]
    return without if len(without) < len(masks) else []


def _irrelevant_share(arrays: Mapping[str, np.ndarray], kind: str, masks: Mapping[str, np.ndarray]) -> float:
    """Of all that maps of this kind show, the share in irrelevant inputs; NaN where it is unknown."""
    from ablation.app.maps.scores import irrelevant_branch_share

    irrelevant = irrelevant_inputs(masks)
    prefix = f"{kind}."
    maps = {key.removeprefix(prefix): _each(m) for key, m in arrays.items() if key.startswith(prefix)}
    if not irrelevant or set(irrelevant) - set(maps):
        return float("nan")
    shares = []
    for i in range(len(next(iter(maps.values())))):
        of_one = {name: values[i] for name, values in maps.items()}
        shares.append(sum(irrelevant_branch_share(of_one, name) for name in irrelevant))
    return _mean(shares)


def _each(maps: np.ndarray) -> np.ndarray:
    """Maps of each network: (networks, n, height, width), of which a trained one is the only one."""
    return maps if maps.ndim == 4 else maps[np.newaxis]


def _mean(scores: Any) -> float:
    """The mean of what could be measured; NaN when nothing could."""
    values = np.concatenate([np.atleast_1d(s) for s in scores])
    return float(np.mean(values[~np.isnan(values)])) if not np.isnan(values).all() else float("nan")
