"""Folders of any layout: a pattern gives the meaning of their names."""

import re
from glob import escape
from pathlib import Path

from ablation.errors import UsageError
from ablation.sources.run_files import natural, read_metrics, read_settings
from ablation.sources.source import Found, Run, Settings, Source

_FIELD = re.compile(r"\{([^{}/]+)\}")


def _read(place: str, settings: Settings) -> Found:
    """Every folder that the pattern fits is a run; one without the file has failed."""
    pattern = settings.get("pattern", "").strip("/")
    folder_pattern, _, name = pattern.rpartition("/")
    if not _FIELD.search(pattern) or ".." in Path(pattern).parts:
        raise UsageError(
            "pattern: expected the names of folders and a file, with what varies in braces, "
            f"pattern='{{model}}/seed{{seed}}/metrics.json'. Received: {pattern or 'none'}"
        )
    wanted = pattern if _FIELD.search(name) else folder_pattern
    fits = re.compile(_expression(wanted))
    root, runs = Path(place), []
    for path in sorted(root.glob("*".join(map(escape, _FIELD.split(wanted)[::2]))), key=natural):
        title = path.relative_to(root).as_posix()
        if match := fits.fullmatch(title):
            runs.append(_run(title, path, path if wanted == pattern else path / name, match, settings))
    return Found(runs, are_texts=True)


def _run(title: str, folder: Path, file: Path, match: re.Match[str], settings: Settings) -> Run:
    names = (field.strip() for field in _FIELD.findall(settings["pattern"]))
    flags: dict[str, object] = dict(zip(names, match.groups(), strict=False))
    if "config" in settings:
        path = (folder if folder != file else folder.parent) / settings["config"]
        flags = {**flags, **read_settings(path)}
    return Run(title, flags, read_metrics(file) if file.is_file() else {})


def _expression(pattern: str) -> str:
    """A pattern as a regular expression; a field never crosses a slash."""
    return "([^/]+)".join(re.escape(part) for part in _FIELD.split(pattern)[::2])


SOURCE = Source(
    "pattern",
    "any folders, by a pattern: runs pattern='{model}/seed{seed}/metrics.json'",
    {
        "pattern": "names of folders and of the file with what was measured; what varies in braces",
        "config": "a YAML or JSON file beside it with what was set",
    },
    lambda place: False,  # noqa: ARG005  (it must be said)
    _read,
)
