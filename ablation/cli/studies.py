"""What is available: studies to sweep, finished studies, tables, and runs of other tools."""

import difflib
import re
from collections.abc import Sequence
from pathlib import Path

from ablation.app.places import CONF, OWN_CONF
from ablation.errors import UsageError

RUNS = Path("runs")


def study_files() -> dict[str, Path]:
    """Name → file of each study; the user's take precedence over the package's."""
    files = [path for conf in (CONF, OWN_CONF) for path in sorted((conf / "study").glob("*.yaml"))]
    return {path.stem: path for path in files}


def file_names(group: str) -> list[str]:
    """The names of a group's files, the user's and the package's."""
    return sorted({path.stem for conf in (CONF, OWN_CONF) for path in (conf / group).glob("*.yaml")})


def study_heads() -> dict[str, str]:
    """Name → the first sentence of its file's head."""
    return {name: _head(path) for name, path in sorted(study_files().items())}


def check_study(name: str) -> None:
    """Refuse a study that has no file.

    Raises:
        UsageError: naming those that have one.
    """
    known = study_files()
    if name not in known:
        last = name.rstrip("/").rpartition("/")[2].removesuffix(".yaml")
        near = difflib.get_close_matches(last, known, n=1, cutoff=0.5)
        hint = f"Did you mean {near[0]}?" if near else f"Write it: ablation init {_as_name(name)}"
        raise UsageError(
            f"Expected a study, one of {', '.join(sorted(known))}. Received: {name or 'nothing'}. {hint}"
        )


def swept_studies() -> list[str]:
    """The folders under `runs/` that hold a study."""
    return sorted(str(path) for path in RUNS.glob("*") if (path / "study.json").exists())


def tables() -> list[str]:
    """Files in this folder that may be tables of runs."""
    return sorted(str(path) for suffix in ("csv", "parquet") for path in Path().glob(f"*.{suffix}"))


def sources() -> list[str]:
    """Files and folders here in which another tool has kept runs."""
    from ablation.sources import recognised

    places = [path for path in sorted(Path().iterdir()) if path.name[0] != "." and path != RUNS]
    readable = [str(path) for path in places if recognised(str(path)) is not None]
    return readable or (["."] if recognised(".") else [])


def located(words: Sequence[str]) -> list[str]:
    """A study's name in place of its folder is enough: `quick` is `runs/quick`, where that exists."""
    names = {w for w in words if w and w[0] != "-" and not Path(w).exists() and (RUNS / w).is_dir()}
    return [str(RUNS / w) if w in names else w for w in words]


def _head(path: Path) -> str:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    comments = [line.lstrip("# ") for line in lines if line.startswith("#") and "@package" not in line]
    return re.split(r"(?<=[.?!])\s", " ".join(comments), maxsplit=1)[0]


def _as_name(word: str) -> str:
    return re.sub(r"\W+", "_", word).strip("_") or "mine"
