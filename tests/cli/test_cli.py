"""The one command: what it shows, and that it reaches every part."""

import inspect
import os
import re
import subprocess
import sys
from dataclasses import fields

import pandas as pd
import pytest
import yaml

from ablation.app.config import Config
from ablation.app.flags import Flags
from ablation.app.heatmaps.command_line import MapRequest
from ablation.cli.commands import COMMANDS
from ablation.cli.help import command_help
from ablation.cli.studies import file_names, located
from ablation.cli.subcommand import Subcommand
from hydra_plugins.ablation_sweeper import AblationSweeperConf


def test_the_overview_names_every_command(ablation):
    code, shown = ablation("--help")
    assert code == 0
    for command in COMMANDS:
        assert f"  {command.name} " in shown
        assert ablation(command.name, "--help")[0] == 0
    assert ablation() == (0, shown)


def test_a_study_called_like_an_option_leaves_the_option(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("quick", "--json"):
        (tmp_path / "runs" / name).mkdir(parents=True)
    assert located(["quick", "--json", ""]) == ["runs/quick", "--json", ""]


def test_help_and_version_load_no_library_that_takes_time(root):
    code = (
        "import sys; from ablation.cli.dispatch import run\n"
        "try: run([sys.argv[1]])\n"
        "except SystemExit: pass\n"
        "print([m for m in ('hydra', 'omegaconf', 'numpy', 'pandas', 'rich', 'keras') if m in sys.modules])"
    )
    for word in ("--help", "--version"):
        done = subprocess.run([sys.executable, "-c", code, word], cwd=root, capture_output=True, text=True)
        assert done.stdout.splitlines()[-1] == "[]", done.stderr


def meanings(shown):
    """Name → whether a meaning follows, of the two columns of a help."""
    lines = shown.splitlines()
    return {
        line.split()[0]: len(line.split()) > 1 or below.startswith("      ")
        for line, below in zip(lines, [*lines[1:], ""], strict=True)
        if line.startswith("  ") and line[2] != " "
    }


@pytest.mark.parametrize("command", ["sweep", "plan"])
def test_the_help_of_a_sweep_explains_every_setting(ablation, command):
    found = meanings(ablation(command, "--help")[1])
    groups = [(Config, ""), (Flags, "flags."), (AblationSweeperConf, "hydra.sweeper.")]
    groups += [(type(getattr(Config(), g)), f"{g}.") for g in ("data", "model", "training", "results")]
    nested = ("flags", "data", "model", "training", "results", "analysis", "_target_")
    names = [f"{prefix}{f.name}" for cls, prefix in groups for f in fields(cls) if f.name not in nested]
    assert len(names) > 45
    assert [name for name in names if not found.get(name)] == []


def test_the_help_of_a_report_explains_everything_that_an_analysis_takes(ablation):
    from ablation.analysis import analyze

    found = meanings(ablation("report", "--help")[1])
    taken = set(inspect.signature(analyze).parameters)
    assert {"margin", "direction", "scale", "interactions", "alpha"} <= taken
    assert taken - {"looks"} <= found.keys(), "an adaptive study knows its looks itself"
    assert all(found.values())


def test_the_help_of_heatmaps_explains_every_setting(ablation):
    found = meanings(ablation("heatmaps", "--help")[1])
    assert {f.name for f in fields(MapRequest)} - {"study"} <= found.keys()


def test_a_study_of_ones_own_is_written_planned_and_found(ablation, tmp_path):
    code, shown = ablation("init", "mine")
    assert code == 0
    assert "conf/study/mine.yaml: 4 cells × 3 seeds" in shown
    assert yaml.safe_load((tmp_path / "conf/study/mine.yaml").read_text())["name"] == "mine"
    code, shown = ablation("plan", "mine", "training.learning_rate=1e-2,3e-3")
    assert code == 0
    assert "Study mine: 8 cells × 3 seeds = 24 runs" in shown
    assert not (tmp_path / "runs").exists()
    assert "mine" in meanings(ablation("sweep", "--help")[1])


def test_every_line_that_a_new_study_offers_holds(ablation, tmp_path):
    """Factors and groups that stand in comments are right once the comment is gone."""
    ablation("init", "mine")
    path = tmp_path / "conf/study/mine.yaml"
    path.write_text(path.read_text().replace("# flags.", "flags.").replace("# training.", "training."))
    assert "Study mine: 32 cells" in ablation("plan", "mine")[1]
    text = path.read_text()
    for group in ("data", "model"):
        named = re.search(rf"override /{group}: \w+ +# or ([\w, ]+)", text)[1].split(", ")
        assert set(named) <= set(file_names(group))


def test_a_table_is_reported_as_by_the_module(ablation, tmp_path):
    frame = pd.DataFrame({"a": [0, 1] * 6, "seed": sorted([*range(6)] * 2)})
    frame.assign(loss=1 + 0.1 * frame["a"] + 0.01 * frame["seed"] ** 2 + frame.index % 3 / 50).to_csv(
        tmp_path / "mine.csv"
    )
    words = ["table=mine.csv", "response=loss", "factors=[a]", "block=seed", "figures=false"]
    assert ablation("report", *words, "alpha=0.1", "interactions=1", "anova_type=1")[0] == 0
    text = (tmp_path / "mine-report/report.md").read_text()
    assert "90 %" in text
    assert "ablation report table=mine.csv" in text
    assert "ablation report table=mine.csv response=… " in ablation("report")[1]


def test_lines_of_a_paragraph_of_help_are_filled_together(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    details = (
        "One line that is wider than a narrow terminal, which ends\nhere. Another one.\n  an = example\nMore."
    )
    shown = command_help(Subcommand("try", "WORD", "try", details, dict, len))
    assert shown.splitlines()[4:] == [
        "One line that is wider than a narrow terminal, which ends",
        "here. Another one.",
        "  an = example",
        "More.",
    ]
    monkeypatch.setenv("COLUMNS", "70")
    shown = command_help(Subcommand("try", "WORD", "try", details, dict, len))
    assert shown.splitlines()[4] == "One line that is wider than a narrow terminal, which ends here."


INTERRUPTED = """
import os, runpy, sys
_, module, *sys.argv = sys.argv
class Finder:
    def find_spec(self, name, *_):
        os.write(1, f"{name}\\n".encode())
        if name == module:
            os.kill(os.getpid(), 2)
sys.meta_path.insert(0, Finder())
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("signal", "ablation -m"),
        ("signal", "ablation.cli sweep quick"),
        ("argparse", "ablation.cli sweep quick"),
        ("hydra", "ablation -m"),
        ("hydra", "ablation.cli sweep quick"),
        ("pandas", "ablation.cli report table=t.csv response=loss factors=a"),
    ],
)
def test_an_interrupt_while_libraries_load_is_quiet(root, tmp_path, module, words):
    """At our first import, where the handler is set, and at heavy ones; before that Python itself starts."""
    (tmp_path / "t.csv").write_text("a,loss\n1,2\n")
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, module, *words.split()],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 130, done.stderr
    assert done.stderr.startswith("Interrupted. ")
    assert len(done.stderr.splitlines()) == 1
    if module == "signal":
        assert {name.partition(".")[0] for name in done.stdout.split()} == {"ablation", "signal"}


def test_a_log_that_is_not_utf_8_gets_the_answer_all_the_same(root, tmp_path):
    (tmp_path / "t.csv").write_text("é,loss\noff,1.0\noff,1.1\non,2.0\non,2.1\n")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "ablation.cli",
            "report",
            "table=t.csv",
            "response=loss",
            "factors=[é]",
            "direction=lower",
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root), "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "\\xe9" in done.stdout
