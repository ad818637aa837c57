"""Hydra's folders of jobs (https://hydra.cc, 1.3.8): `.hydra/config.yaml`, and metrics that the app wrote.

Hydra itself keeps no result and does not note how a job ended: a job without its metrics counts as failed.
"""

from pathlib import Path

from ablation.errors import UsageError
from ablation.sources.run_files import below, folders_with, read_metrics, read_settings
from ablation.sources.source import Found, Run, Settings, Source

_CONFIG = ".hydra/config.yaml"
_USUAL = ("metrics", "results", "result", "summary", "scores")
_KINDS = (".json", ".jsonl", ".csv", ".yaml")


def _is_here(place: str) -> bool:
    return any(True for _ in below(place, _CONFIG))


def _read(place: str, settings: Settings) -> Found:
    folders = folders_with(place, _CONFIG)
    name = settings.get("metrics") or _usual_name(place, folders)
    if not any((folder / name).is_file() for folder in folders):
        raise UsageError(
            f"metrics: expected a file that jobs in {place} have, such as metrics.json. Received: {name}, "
            "which none has. An app has to write what it measured into its folder"
        )
    return Found([_run(folder, Path(place), name) for folder in folders])


def _usual_name(place: str, folders: list[Path]) -> str:
    """The one file that may hold metrics.

    Raises:
        UsageError: there are none, or several.
    """
    names = {f"{stem}{kind}" for stem in _USUAL for kind in _KINDS}
    usual = sorted({path.name for folder in folders for path in folder.iterdir() if path.name in names})
    if len(usual) == 1:
        return usual[0]
    raise UsageError(
        f"{place}: expected the file with what each job measured, metrics=metrics.json. "
        f"Received: none; found: {', '.join(usual) or 'no usual name'}."
    )


def _run(folder: Path, place: Path, name: str) -> Run:
    path = folder / name
    title = folder.relative_to(place).as_posix()
    return Run(title, read_settings(folder / _CONFIG), read_metrics(path) if path.is_file() else {})


SOURCE = Source(
    "hydra",
    "a folder of Hydra's jobs (multirun, outputs) with a file of metrics in each",
    {"metrics": "the file in each job's folder with what was measured (metrics.json, .jsonl, .csv, .yaml)"},
    _is_here,
    _read,
)
