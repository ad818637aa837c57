"""The commands of the pages, as they stand there."""

import json
import re
import shlex

import numpy as np
import pandas as pd
import pytest
import yaml

from ablation.cli.commands import COMMANDS
from ablation.cli.parser import read
from ablation.cli.studies import study_files
from ablation.results import StudyRecord, open_store
from ablation.results.record import DesignRecord
from tests.conftest import ROOT
from tests.results.stand_in import make_row

PAGES = [ROOT / "README.md", *(p for p in sorted((ROOT / "docs").glob("*.md")) if p.name != "settings.md")]
"""But that of the settings, which is written from the commands themselves."""
_ABLATION = re.compile(r"^ *(ablation [a-z].*)$|`(ablation [a-z][^`]*)`", re.MULTILINE)
_MAKE = re.compile(r"make (?:sweep|plan)(?: +STUDY=(\w+))? +ARGS='([^'…]+)'")


def commands():
    """Page and words of every line of `ablation`, without the remark that stands after two spaces."""
    for page in PAGES:
        text = re.sub(r" *\\\n *", " ", page.read_text())
        for found in _ABLATION.findall(text):
            yield page.name, shlex.split("".join(found).partition("  ")[0], comments=True)[1:]


def planned():
    """The words of every sweep or plan of a built-in study; those that log to a tracker need its package."""
    lines = [words[1:] for _, words in commands() if words[0] in ("sweep", "plan") and words[1:]]
    for page in PAGES:
        lines += [[study or "quick", *words.split()] for study, words in _MAKE.findall(page.read_text())]
    known = {tuple(words) for words in lines if words[0] in study_files()}
    return sorted(words for words in known if not re.search("…|results.log", "".join(words)))


@pytest.mark.parametrize("words", planned(), ids=" ".join)
def test_every_sweep_of_a_page_can_be_planned(ablation, tmp_path, words):
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "mine.npz", rgb=rng.random((12, 40, 40, 3)), y=rng.random(12))
    code, shown = ablation("plan", *words)
    assert code == 0, shown
    assert ('"schema": 1' if "--json" in words else "Nothing was trained") in shown


def test_there_are_sweeps_to_plan():
    assert len(planned()) > 10


def test_every_command_of_a_page_has_options_and_settings_that_exist():
    keys = {c.name: {key for part in c.settings().values() for key in part} for c in COMMANDS}
    seen = set()
    for page, words in commands():
        if "--help" in words:
            continue
        command, rest = read(words, COMMANDS)
        seen.add(command.name)
        if command.name in ("sweep", "plan") and rest:
            assert rest[0] in {"mine", "study.yaml", "…", *study_files()}, (page, words)
        if command.name in ("report", "import", "export", "heatmaps"):
            given = {word.partition("=")[0] for word in rest if re.match(r"[a-z_]+=|--", word)}
            assert given <= keys[command.name], (page, words)
    assert seen >= {command.name for command in COMMANDS}


def test_the_gates_command_prints_what_its_page_shows(ablation, tmp_path):
    page = (ROOT / "docs/gate.md").read_text()
    (tmp_path / "train.py").write_text(
        "import json, sys\n"
        "seed = int(sys.argv[2])\n"
        "gain = 0.02 - 0.001 * (seed % 3) if 'cosine' in sys.argv else 0\n"
        "print(json.dumps({'loss': 0.25 * (1 - gain) + seed / 100}))\n"
    )
    words = next(words for name, words in commands() if name == "gate.md" and "--schedule" in " ".join(words))
    code, shown = ablation(*words)
    (line,) = shown.splitlines()
    (sample,) = re.findall(r"```json\n(.*)\n```", page)
    found, told = json.loads(line), json.loads(sample)
    assert list(found) == list(told)
    assert (code, found["decision"], found["reason"]) == (0, told["decision"], told["reason"])


def test_the_rows_of_the_first_study_give_the_end_that_its_page_shows(ablation):
    """Its 96 runs take minutes; their losses are kept, and all else is done again."""
    factors = {
        "flags.batch_norm": [False, True],
        "flags.dropout": [False, True],
        "flags.attention": ["none", "spatial"],
        "flags.activation": ["relu", "elu", "selu", "sigmoid"],
    }
    reference = {name: levels[0] for name, levels in factors.items()}
    store, keys = open_store("runs/quick"), []
    for run in pd.read_parquet(ROOT / "benchmarks/rows/quick96.parquet").to_dict("records"):
        config = {name: yaml.safe_load(str(run[name.removeprefix("flags.")])) for name in factors}
        row = make_row(config, run["seed"], reference, responses={"loss": run["loss"]}, history={})
        store.commit(row)
        keys.append(row.key)
    design = DesignRecord("full_factorial", "2×2×2×4 full factorial")
    judged = {"margin": 1.0, "response": "loss", "direction": "lower", "reference": reference}
    store.save_record(
        StudyRecord("quick", factors, (0, 1, 2), tuple(keys), reference, design=design, **judged)
    )
    code, shown = ablation("report", "quick", "figures=false")
    assert code == 0, shown
    (block,) = re.findall(r"```text\n(.*?)```", (ROOT / "docs/first-study.md").read_text(), flags=re.DOTALL)
    now, then = ([line.rstrip() for line in text.splitlines() if line.strip()] for text in (shown, block))
    assert [line for line in then if line not in now and not line.startswith(("Date:", "Time:"))] == []
    assert len(then) == 50
