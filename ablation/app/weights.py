"""Trained weights of a study: whose are kept, and networks that have them again."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from omegaconf import OmegaConf

from ablation.app import plugins
from ablation.app.config import Config
from ablation.errors import UsageError
from ablation.results import Arrays, Row, open_store
from ablation.results.canonical import canonical

if TYPE_CHECKING:
    import keras
    import numpy as np

KIND = "weights"
_SETTINGS = ("flags", "data", "model", "training")  # of `Config`; the rest changes no network


def keep_weights(url: str, folder: str, response: str, direction: str = "lower") -> list[str]:
    """Remove the weights of runs that asked for `best`, but for those of the best and the reference cell.

    The best cell has the best mean response over its runs that are ok; the reference cell has the reference
    level of each factor. Weights of runs that asked for `all` stay, and so do those of other studies; all
    stay as long as runs of the design are missing, since the best cell may be among them.

    Args:
        url: of the study's rows.
        folder: of the study.
        response: by which cells are ranked; if no run has it, all weights stay.
        direction: `lower` or `higher` is better.

    Returns:
        The keys whose weights were removed.
    """
    store, arrays = open_store(url), Arrays(folder)
    study, rows = store.load_study() or {}, store.scan().rows
    keys = _list(study, "keys")
    design = [rows[key] for key in keys if key in rows]
    if len(design) < len(keys):
        return []
    best = _best_cell(design, response, direction)
    if best is None:
        return []
    kept = {best, _reference_cell(design, study)}
    there = set(arrays.keys(KIND))
    removed = [
        row.key
        for row in design
        if row.key in there and row.cell not in kept and row.config.get("training.save_weights") == "best"
    ]
    for key in removed:
        arrays.remove(KIND, key)
    return removed


def config_of(row: Row) -> Config:
    """The configuration that a run had.

    Raises:
        UsageError: this version has no such setting, or refuses its value.
    """
    nested: dict[str, Any] = {"plugins": row.config.get("plugins") or []}
    _use_plugins(row)
    for name, value in row.config.items():
        group, _, key = name.partition(".")
        if group in _SETTINGS:
            nested.setdefault(group, {})[key] = value
    try:
        merged = OmegaConf.merge(OmegaConf.structured(plugins.schema()), nested)
        config = OmegaConf.to_object(merged)
    except UsageError:
        raise
    except Exception as error:  # OmegaConf's own have no common base that says what is wrong
        raise UsageError(f"The run {row.key[:10]} was trained by another version: {error}") from error
    assert isinstance(config, Config)
    return config


def _use_plugins(row: Row) -> None:
    """Import the plugins of a run, as they were.

    Raises:
        UsageError: a file is gone, or has changed since.
    """
    paths: Any = row.config.get("plugins") or []
    plugins.use(paths)
    if paths and plugins.content_hash(paths) != row.identity.get("plugins"):
        raise UsageError(
            f"plugins: expected {', '.join(paths)} as the run {row.key[:10]} had them. Received: files that "
            "have changed since. Put the old ones back, or train again"
        )


def set_weights(network: "keras.Model", weights: Mapping[str, "np.ndarray"], key: str) -> None:
    """Give a network the weights of a run.

    Args:
        network: built from the run's configuration.
        weights: path of a weight → its values.
        key: of the run, for the message.

    Raises:
        UsageError: the network has other weights than the run had.
    """
    wanted = {variable.path: tuple(variable.shape) for variable in network.weights}
    saved = {path: values.shape for path, values in weights.items()}
    if wanted != saved:
        differ = sorted(dict(wanted.items() ^ saved.items()))
        raise UsageError(
            f"The weights of run {key[:10]} are of a network of another version; they differ in "
            f"{', '.join(differ[:3])}. Train the study again in another folder."
        )
    for variable in network.weights:
        variable.assign(weights[variable.path])


def _best_cell(rows: list[Row], response: str, direction: str) -> str | None:
    """The id of the cell with the best mean response."""
    by_cell: dict[str, list[float]] = {}
    for row in rows:
        value = row.responses.get(response)
        if row.status == "ok" and value is not None:
            by_cell.setdefault(row.cell, []).append(value)
    means = {cell: sum(values) / len(values) for cell, values in by_cell.items()}
    choose = max if direction == "higher" else min
    return choose(means, key=lambda cell: means[cell]) if means else None


def _reference_cell(rows: list[Row], study: Mapping[str, Any]) -> str | None:
    """The id of the cell that has the reference level of each factor."""
    factors, defaults = study.get("factors") or {}, study.get("defaults") or {}
    reference = {name: levels[0] for name, levels in factors.items()} | (study.get("reference") or {})
    for row in rows:
        has = {name: row.config.get(name, defaults.get(name)) for name in reference}
        if canonical(has) == canonical(reference):
            return row.cell
    return None


def _list(study: Mapping[str, Any], name: str) -> list[Any]:
    values = study.get(name)
    return values if isinstance(values, list) else []
