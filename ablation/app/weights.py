"""Trained weights of a study: which are kept, and how networks load them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from omegaconf import OmegaConf

from ablation.app import plugins
from ablation.app.config import Config
from ablation.errors import UsageError
from ablation.results import Arrays, Row, Snapshot

if TYPE_CHECKING:
    import keras
    import numpy as np

    from ablation.report.subject import Subject

KIND = "weights"
_SETTINGS = ("flags", "data", "model", "training")  # of `Config`; the rest changes no network


def keep_weights(snapshot: Snapshot, study: "Subject", folder: str) -> list[str]:
    """Remove the weights of runs that asked for `best`, but for those of the best and the reference cell.

    The best cell is the one that the report calls best. Weights of runs that asked for `all` stay, and so
    do those of other studies. All stay as long as runs of the design are missing, since the best cell may
    be among them, and where the runs allow no analysis.

    Returns:
        The keys whose weights were removed.
    """
    arrays = Arrays(folder)
    if study.missing or study.main.analysis is None:
        return []
    cells = study.table["cell"]
    best = set(cells.loc[list(study.main.analysis.best_cell.rows)])
    reference = set(cells[study.cells == study.reference_code])
    others = study.table["key"][~cells.isin(best | reference)]
    removed = [
        key
        for key in set(others) & set(arrays.keys(KIND))
        if snapshot.rows[key].config.get("training.save_weights") == "best"
    ]
    for key in removed:
        arrays.remove(KIND, key)
    return removed


def config_of(row: Row) -> Config:
    """The configuration that a run had.

    Raises:
        UsageError: this version has no such setting, or refuses its value.
    """
    nested: dict[str, Any] = {"plugins": _use_plugins(row)}
    for name, value in row.config.items():
        group, _, key = name.partition(".")
        if group in _SETTINGS:
            nested.setdefault(group, {})[key] = value
    try:
        merged = OmegaConf.merge(OmegaConf.structured(plugins.schema()), nested)
        config = OmegaConf.to_object(merged)
    except UsageError:
        raise
    except Exception as error:  # OmegaConf's errors have no common base class
        raise UsageError(f"The run {row.key[:10]} was trained by another version: {error}") from error
    assert isinstance(config, Config)
    return config


def _use_plugins(row: Row) -> list[str]:
    """Import the plugins of a run, as they were; their paths.

    Raises:
        UsageError: a file is gone, or has changed since.
    """
    paths: Any = row.config.get("plugins") or []
    plugins.use(paths)
    if paths and plugins.content_hash() != row.identity.get("plugins"):
        raise UsageError(
            f"plugins: expected {', '.join(paths)} as the run {row.key[:10]} had them. Received: files that "
            "have changed since. Put the old ones back, or train again"
        )
    return list(paths)


def set_weights(network: "keras.Model", weights: Mapping[str, "np.ndarray"], key: str) -> None:
    """Give a network the weights of a run.

    Args:
        network: built from the run's configuration.
        weights: path of a weight → its values.
        key: of the run, for the message.

    Raises:
        UsageError: the network has other weights than the run had.
    """
    expected = {variable.path: tuple(variable.shape) for variable in network.weights}
    saved = {path: values.shape for path, values in weights.items()}
    if expected != saved:
        differ = sorted(dict(expected.items() ^ saved.items()))
        raise UsageError(
            f"The weights of run {key[:10]} are of a network of another version; they differ in "
            f"{', '.join(differ[:3])}. Train the study again in another folder."
        )
    for variable in network.weights:
        variable.assign(weights[variable.path])
