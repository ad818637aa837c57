"""From a study's rows to the files of its report."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ablation.files import (
    Disk,
    make_folders,
    refusals,
    remove_quietly,
    replace_durably,
    unique_path,
    write_new,
)

if TYPE_CHECKING:
    from ablation.report.changed import Changed
    from ablation.report.document import Document
    from ablation.report.subject import Subject

MANIFEST = ".files.json"
"""Names of the files of a report, so that the next report can remove those it no longer has."""


def write_report(path: str, folder: str | None = None, figures: bool = True) -> bool:
    """Write the report of a study into its folder, as `report/`, and print a summary.

    Files: `index.html`; `report.md`; `effects.json`; `ols.txt`, the article's summary; `tables/*.tex` and
    `tables/*.csv`; `figures/*.svg`. docs/report.md says what is in them.

    Args:
        path: the study's folder, such as `runs/quick`, or the URL of its rows.
        folder: the folder in which `report/` is made, if it is not the study's; arrays are looked for there.
        figures: whether to draw figures, which takes most of the time.

    Returns:
        Whether the runs could be analysed.

    Raises:
        UsageError: there is no such study, or the folder cannot be written to.
    """
    from ablation.report.load import load_study  # pandas: a sweep does not wait for it at its start

    study = load_study(path, folder)
    return publish(study, page_folder(folder or path), figures)


def page_folder(place: str, name: str = "report") -> Path:
    """Where a page on a study goes: into its folder, or into this one if its rows are in a database."""
    return Path("." if "://" in place else place, name)


def publish(study: Subject, target: Path, figures: bool = True) -> bool:
    """Write all files of a report, remove those of an earlier one, and print the summary.

    Returns:
        Whether the runs allowed an analysis.
    """
    from ablation.report.formats.terminal import print_summary

    problems = write_files(study, target, figures)
    print_summary(study, str(target / "index.html"))
    print_problems(problems)
    return study.concludes


def write_files(study: Subject, target: Path, figures: bool = True) -> list[str]:
    """The same without printing; what could not be made."""
    from ablation.report.drawing import Drawer
    from ablation.report.formats.effects_json import effects_json
    from ablation.report.sections import build

    drawer = Drawer(figures)
    _Files(target).write(_contents(build(study, drawer), partial(effects_json, study)))
    return list(drawer.problems)


def publish_changes(both: Changed, target: Path, figures: bool = True) -> None:
    """Write all files on two studies, and print the summary."""
    from ablation.report.formats.terminal import print_changes

    problems = write_changes(both, target, figures)
    print_changes(both, str(target / "index.html"))
    print_problems(problems)


def print_problems(problems: Iterable[str]) -> None:
    """Say what could not be made."""
    for problem in problems:
        print(f"A part of the report could not be made, please report this: {problem}")


def write_changes(both: Changed, target: Path, figures: bool = True) -> list[str]:
    """Write all files on two studies, `changes.json` for `effects.json`; say what could not be made."""
    from ablation.report.drawing import Drawer
    from ablation.report.formats.changes_json import changes_json
    from ablation.report.sections.changes import changes

    drawer = Drawer(figures)
    _Files(target).write(_contents(changes(both, drawer), partial(changes_json, both)))
    return list(drawer.problems)


def _contents(document: Document, numbers: Callable[[], str]) -> dict[str, Callable[[], str | bytes]]:
    """Name of each file → what makes its content."""
    from ablation.report.document import Verbatim
    from ablation.report.figures import as_file
    from ablation.report.formats.csv_files import csv
    from ablation.report.formats.html import html
    from ablation.report.formats.latex import latex
    from ablation.report.formats.markdown import markdown

    files: dict[str, Callable[[], str | bytes]] = {}
    for picture in document.pictures:
        files[f"figures/{picture.name}.svg"] = partial(as_file, picture)
    for table in document.tables:
        files[f"tables/{table.name}.csv"] = partial(csv, table)
        files[f"tables/{table.name}.tex"] = partial(latex, table)
    for verbatim in document.of(Verbatim):
        if verbatim.file:
            files[verbatim.file] = partial("{}\n".format, verbatim.text)
    files[document.numbers] = numbers
    files["report.md"] = partial(markdown, document)
    files["index.html"] = partial(html, document)
    return files


class _Files:
    """Files of a report, each replaced at once; what only an earlier report had goes at the end."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.disk = folder, Disk()

    def write(self, contents: Mapping[str, Callable[[], str | bytes]]) -> None:
        """Give each file its content, the page last, and remove what is no longer there.

        All names are noted before the first file is written, so that no crash leaves a file that nobody
        removes.
        """
        earlier = self._read_manifest()
        with refusals("write", self.folder):
            make_folders(self.disk, self.folder)
            self._write_manifest({*earlier, *contents})
            for name, make in contents.items():
                data = make()
                self._replace(self.folder / name, data.encode() if isinstance(data, str) else data)
            for name in set(earlier) - set(contents):
                remove_quietly(self.disk, self.folder / name)
            self._write_manifest(contents)

    def _replace(self, path: Path, data: bytes) -> None:
        """Give a file new content at once. A crash may lose it, and the next report writes it again."""
        make_folders(self.disk, path.parent)
        temporary = unique_path(path.parent)
        write_new(self.disk, temporary, data, durable=False)
        try:
            self.disk.replace(temporary, path)
        except OSError:
            remove_quietly(self.disk, temporary)
            raise

    def _read_manifest(self) -> list[str]:
        """Names inside of the folder; anything else in a manifest is not ours to remove."""
        try:
            names = json.loads(self.disk.read(self.folder / MANIFEST))
        except (OSError, ValueError):
            return []
        inside = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
        return [name for name in inside if ".." not in Path(name).parts and not Path(name).is_absolute()]

    def _write_manifest(self, names: Iterable[str]) -> None:
        text = f"{json.dumps(sorted(names), indent=1)}\n"
        replace_durably(self.disk, self.folder / MANIFEST, text.encode())
