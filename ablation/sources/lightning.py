"""Lightning's CSVLogger: `version_N/` with `hparams.yaml` and `metrics.csv` (https://lightning.ai, 2.6.6).

Nothing tells a finished run from one that failed or was killed, but the epoch at which it ended.
"""

from pathlib import Path

from ablation.sources.run_files import below, folders_with, read_metrics, read_settings
from ablation.sources.source import Found, Run, Settings, Source
from ablation.words import listed

_SETTINGS, _METRICS = "hparams.yaml", "metrics.csv"


def _is_here(place: str) -> bool:
    return any(path.with_name(_METRICS).exists() for path in below(place, _SETTINGS))


def _read(place: str, settings: Settings) -> Found:  # noqa: ARG001  (it has none)
    runs = [_run(folder, Path(place)) for folder in folders_with(place, _SETTINGS)]
    ends = sorted({str(run.others["epoch"]) for run in runs if "epoch" in run.others}, key=float)
    doubt = f"Which runs were cut off: they end at epochs {listed(ends, 6)}; where='epoch=…' takes some."
    return Found(runs, doubts=(doubt,) if len(ends) > 1 else ())


def _run(folder: Path, place: Path) -> Run:
    """A run; one without metrics has not come to its first."""
    path = folder / _METRICS
    metrics = read_metrics(path, needs_end=True) if path.exists() else {}
    others: dict[str, object] = {
        name: int(metrics.pop(name)) for name in ("epoch", "step") if name in metrics
    }
    name = folder.relative_to(place).as_posix()
    return Run(name, read_settings(folder / _SETTINGS), metrics, others=others)


SOURCE = Source("lightning", "a folder of Lightning's CSVLogger (lightning_logs)", {}, _is_here, _read)
