"""From a study's rows to the files of its report."""

from pathlib import Path

from ablation.report.page import page
from ablation.report.study import Study, load_study
from ablation.report.tables import article_summary
from ablation.report.terminal import print_summary
from ablation.results.disk import Disk, replace_durably


def write_report(path: str, folder: str | None = None) -> bool:
    """Write `report/` into a study's folder and print its summary.

    Files: `report.md`; `ols.txt`, the article's summary; `effects.csv`, the effects in full precision.

    Args:
        path: the study's folder, such as `runs/quick`, or the URL of its rows.
        folder: where the report goes, if not into the study's folder.

    Returns:
        Whether the runs allowed an analysis.

    Raises:
        UsageError: there is no such study.
    """
    study = load_study(path)
    target = Path(folder or path) / "report"
    target.mkdir(parents=True, exist_ok=True)
    for name, text in _files(study).items():
        replace_durably(Disk(), target / name, text.encode())
    print_summary(study, str(target / "report.md"))
    return study.analysis is not None


def _files(study: Study) -> dict[str, str]:
    files = {"report.md": page(study)}
    if study.analysis is not None:
        files["ols.txt"] = f"{article_summary(study.analysis)}\n"
        files["effects.csv"] = study.analysis.effects.to_csv(index=False)
    return files
