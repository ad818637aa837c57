"""A grid of maps and the raw values: `python -m ablation.app.heatmaps runs/density map=grad_cam`."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ablation.app.config import Data
from ablation.app.heatmaps.command_line import MapRequest, parse
from ablation.app.heatmaps.saved import Saved, saved_runs
from ablation.app.problems import network_of
from ablation.app.weights import KIND, config_of, set_weights
from ablation.errors import UsageError
from ablation.files import refusals
from ablation.results import Arrays


def main(arguments: Sequence[str]) -> int:
    """Write grid and values; 0 when done, 2 on a mistake."""
    try:
        _write(parse(arguments))
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _write(request: MapRequest) -> None:
    """One PNG, rows are test images and columns cells; one npz with the same values."""
    from ablation.report.figures import heatmaps

    cells, values = {}, {}
    name = ""
    for saved in saved_runs(request):
        name, images, maps = _look(saved, request)
        values[f"input.{name}"] = images
        if maps is None:
            print(f"{saved.label}: no {request.map}, this network has none.")
            continue
        values[f"heatmap.{name}.{request.map}.{saved.row.cell}"] = maps
        cells[saved.label] = {f"input.{name}": images, f"heatmap.{name}.{request.map}": maps}
    picture = heatmaps(cells, name, request.images)
    if picture is None:
        raise UsageError(
            f"map: none of these networks has a map {request.map}. Choose another, such as grad_cam."
        )
    stem = Path(request.output or Path(request.study) / f"heatmaps_{name}_{request.map}")
    png, npz = (stem.with_name(f"{stem.name}{suffix}") for suffix in (".png", ".npz"))
    with refusals("write", stem):
        stem.parent.mkdir(parents=True, exist_ok=True)
        png.write_bytes(picture.png())
        np.savez_compressed(npz, allow_pickle=False, **values)
    print(f"{picture.alt}\n{png}\n{npz}")


def _check_pictures(saved: Saved, data: Data) -> None:
    """Refuse pictures that are not those a network was trained on."""
    from ablation.app.data.data import data_hash

    trained_on = saved.row.identity.get("data")
    if trained_on and data_hash(data.name, data.path, data.folder) != trained_on:
        raise UsageError(
            f"Expected the pictures that {saved.label} was trained on. Received others: "
            f"{data.path or data.name} has changed since. Put the old file back, or train again"
        )


def _look(saved: Saved, request: MapRequest) -> tuple[str, np.ndarray, np.ndarray | None]:
    """Input looked at, its images, and the maps of a run's network."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    from ablation.app.training.devices import prepare_device

    config = config_of(saved.row)
    targets = network_of(config.model.name).targets
    if targets is None:
        raise UsageError(
            "heatmaps: expected a network whose layers to look at are known, such as a built-in one. "
            f"Received: model.name={config.model.name}"
        )
    _check_pictures(saved, config.data)
    prepare_device(config.training.threads)
    from ablation.app.heatmaps.make_map import TrainedNetwork, make_map
    from ablation.app.problems import problem

    made = problem(config)
    network = made.network
    set_weights(network, Arrays(request.study).load(KIND, saved.row.key) or {}, saved.row.key)
    inputs = {tensor.name for tensor in network.inputs}  # which Keras has sorted by name
    images = {name: array[: request.images] for name, array in made.test.items() if name in inputs}
    name, maps = make_map(TrainedNetwork(network, images, targets(network)), request)
    return name, images[name], maps


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
