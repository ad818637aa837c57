"""From a study's rows to the files of its report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ablation.results.disk import Disk, make_folders, refusals, remove_quietly, replace_durably

if TYPE_CHECKING:
    from ablation.report.study import Study

MANIFEST = ".files.json"
"""Names of the files that a report consists of, so that the next one removes those it no longer has."""


def write_report(path: str, folder: str | None = None, figures: bool = True) -> bool:
    """Write `report/` into a study's folder and print its summary.

    Files: `index.html`; `report.md`; `effects.json`; `ols.txt`, the article's summary; `tables/*.tex` and
    `tables/*.csv`; `figures/*.svg` and `figures/*.png`. docs/report.md says what is in them.

    Args:
        path: the study's folder, such as `runs/quick`, or the URL of its rows.
        folder: where the report goes, if not into the study's folder.
        figures: whether figures are drawn, which takes most of the time.

    Returns:
        Whether the runs allowed an analysis.

    Raises:
        UsageError: there is no such study, or the folder cannot be written to.
    """
    from ablation.report.load import load_study  # pandas: a second that a sweep does not wait for at its start

    study = load_study(path, folder)
    return publish(study, Path(folder or path) / "report", figures)


def publish(study: Study, target: Path, figures: bool = True) -> bool:
    """Write all files of a report, remove those of an earlier one, and print the summary.

    Args:
        study: what it is about.
        target: its folder.
        figures: whether figures are drawn.

    Returns:
        Whether the runs allowed an analysis.
    """
    from ablation.report.drawing import Drawer
    from ablation.report.sections import build
    from ablation.report.terminal import print_summary

    drawer = Drawer(figures)
    document = build(study, drawer)
    files = _Files(target)
    for name, data in _contents(study, document):
        files.write(name, data)
    files.close()
    print_summary(study, str(target / "index.html"))
    for problem in drawer.problems:
        print(f"A part of the report could not be made, please report this: {problem}")
    return study.concludes


def _contents(study: Study, document: Document) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file, one after the other."""
    from ablation.report.csv_files import csv
    from ablation.report.effects_json import effects_json
    from ablation.report.html import html
    from ablation.report.latex import latex
    from ablation.report.markdown import markdown
    from ablation.report.sections.article import article_summary

    for picture in document.pictures:
        yield f"figures/{picture.name}.svg", picture.svg().encode()
        yield f"figures/{picture.name}.png", picture.png()
    for table in document.tables:
        yield f"tables/{table.name}.csv", csv(table).encode()
        yield f"tables/{table.name}.tex", latex(table).encode()
    if study.main.analysis is not None:
        effects = study.main.analysis.effects
        yield "tables/effects.csv", effects.to_csv(index=False).encode()
        yield "ols.txt", f"{article_summary(study.main.analysis)}\n".encode()
    yield "effects.json", effects_json(study).encode()
    yield "report.md", markdown(document).encode()
    yield "index.html", html(document).encode()


class _Files:
    """Files of a report, each replaced at once; what only an earlier report had goes at the end."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.disk = folder, Disk()
        self.written: list[str] = []
        self.earlier = self._read_manifest()

    def write(self, name: str, data: bytes) -> None:
        """Give a file its content."""
        path = self.folder / name
        with refusals("write", path):
            make_folders(self.disk, path.parent)
            if name not in self.earlier:  # noted first, so that no crash leaves a file that nobody removes
                self.earlier.append(name)
                self._write_manifest(self.earlier)
            replace_durably(self.disk, path, data)
        self.written.append(name)

    def close(self) -> None:
        """Remove what this report has not written."""
        for name in set(self.earlier) - set(self.written):
            remove_quietly(self.disk, self.folder / name)
        with refusals("write", self.folder / MANIFEST):
            self._write_manifest(self.written)

    def _read_manifest(self) -> list[str]:
        """Names inside of the folder; anything else in a manifest is not ours to remove."""
        try:
            names = json.loads(self.disk.read(self.folder / MANIFEST))
        except (OSError, ValueError):
            return []
        inside = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
        return [name for name in inside if ".." not in Path(name).parts and not Path(name).is_absolute()]

    def _write_manifest(self, names: list[str]) -> None:
        replace_durably(self.disk, self.folder / MANIFEST, f"{json.dumps(sorted(names), indent=1)}\n".encode())
