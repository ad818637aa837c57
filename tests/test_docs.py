"""Every block of code on a page is checked by something; what no other test runs is run here."""

import ast
import re
import shlex
import textwrap
import tomllib

import pandas as pd
import pytest

import ablation
from ablation.analysis import analyze
from tests.conftest import ROOT
from tests.sweep.conftest import plain_app, run_toy  # noqa: F401  fixtures

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(
    r"^```(\w+)[^\n]*\n(.*?)^```$|(?<=\n\n)((?: {4}\S[^\n]*\n)(?: {4}[^\n]*\n|\n(?= {4}))*)", re.M | re.S
)
PROMPT = r"(?:[A-Z_]+=\S+ )?"
LINES = {  # how a line of a shell begins → what checks it
    "ablation ": "tests/cli/test_pages.py",
    "make ": "tests/test_project.py, tests/cli/test_pages.py",
    "pip install ": "here",
    r"python -m benchmarks\.": "here",
    r"python train\.py ": "here, tests/sweep/test_docs.py, tests/sweep/test_torch_examples.py",
    "python -m ablation ": "here",
}
BLOCKS = {  # page, and what a block contains → what checks it
    ("", "<!-- output of "): "tests/sweep/test_examples.py, test_torch_examples.py",
    ("", ">>> "): "`make check`, tests/analysis/test_docs.py",
    ("settings.md", ""): "tests/test_site.py",
    ("README.md", "study = "): "here",
    ("adding-a-flag.md", ""): "tests/test_end_to_end.py",
    ("any-command.md", "# study.yaml"): "tests/sweep/test_examples.py",
    ("costs.md", " MB, "): "by hand; its date stands there",
    ("designs.md", "hydra:\n"): "here",
    ("examples.md", "ablation.sweep("): "tests/sweep/test_torch_examples.py",
    ("first-study.md", "OLS Regression Results"): "tests/cli/test_pages.py, from kept rows",
    ("gate.md", '"decision"'): "tests/cli/test_pages.py",
    ("plain-hydra-apps.md", "defaults:\n"): "here",
    ("python-function.md", "import ablation"): "here",
    ("report.md", ".compare("): "here",
    ("results-you-have.md", "ablation.Study("): "here",
    ("results.md", "runs/quick/\n"): "tests/results/test_docs.py",
    ("results.md", "import "): "tests/results/test_docs.py",
    ("results.md", "SELECT "): "by hand; its date stands there",
    ("structure.md", ""): "tests/test_structure.py",
    ("your-own-app.md", "# train.py"): "tests/sweep/test_docs.py",
    ("your-own-app.md", "# conf/config.yaml"): "tests/sweep/test_docs.py",
    ("your-own-parts.md", ""): "tests/test_package.py",
}


def blocks():
    """Page, language and text of every block, with the line before it."""
    for page in PAGES:
        text = page.read_text()
        for found in BLOCK.finditer(text):
            before = text[: found.start()].rstrip().rpartition("\n")[2]
            yield page.name, found[1] or "", f"{before}\n{found[2] or found[3]}"


def code(name, has):
    """The one block of a page that has these words."""
    (found,) = (text.partition("\n")[2] for page, _, text in blocks() if page == name and has in text)
    return found


def shell_lines(text):
    """Commands of a block, continued lines joined, without remarks."""
    joined = re.sub(r"\\\n", " ", text)
    return [line.strip() for line in joined.splitlines() if not re.match(r"\s*(#|$)", line)]


def commands(pattern):
    """Words of every such command on a page, in a block or in a line."""
    for page in PAGES:
        text = re.sub(r" *\\\n *", " ", page.read_text())
        for found in re.finditer(rf"(?:^ *|`){PROMPT}({pattern}[^\n`]*)", text, re.M):
            yield page.name, shlex.split(found[1].partition("  ")[0], comments=True)


def test_something_checks_every_block_of_every_page():
    unchecked, used = [], set()
    for page, language, text in blocks():
        mine = {key for key in BLOCKS if key[0] in ("", page) and key[1] in text}
        used |= mine
        lines = shell_lines(text.partition("\n")[2])
        if not mine and not all(any(re.match(PROMPT + start, line) for start in LINES) for line in lines):
            unchecked.append((page, language, text))
    assert unchecked == []
    assert used == set(BLOCKS), "the others are checked by nobody"


def test_extras_that_pages_install_exist():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    named = {name for page in PAGES for name in re.findall(r"ablation-study\[([^\]]+)\]", page.read_text())}
    assert len(named) > 5
    assert {part for name in named for part in name.split(",")} <= {*extras, "…"}


def constants(path):
    return {node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)}


def test_benchmarks_that_pages_name_take_the_words_that_they_are_given():
    texts = [path.read_text() for path in (ROOT / "benchmarks").glob("*.py")]
    anywhere = set(re.findall("[a-z]+", "".join(texts)))
    seen = set()
    for page, (_, _, module, *words) in commands(r"python -m benchmarks\.\w"):
        options = {word for word in words if word.startswith("--")}
        values = {word for word in words if re.fullmatch("[a-z]+", word)}
        own = constants(ROOT / f"{module.replace('.', '/')}.py")
        assert (options - own, values - anywhere) == (set(), set()), (page, module, words)
        seen.add(module)
    assert len(seen) > 15


def test_a_single_run_that_a_page_shows_composes():
    from tests.test_conf import composed

    lines = [words for _, words in commands("python -m ablation ")]
    assert lines
    for words in lines:
        composed(*words[3:])


APP = "seed: null\nmodel: {batch_norm: false}\noptimizer: sgd\n"


def test_the_command_for_an_app_as_it_is_does_what_its_page_says(plain_app):  # noqa: F811
    whole = [words for _, words in commands(r"python train\.py -m hydra/") if "optimizer=adam,sgd" in words]
    assert len(whole) == 3
    assert len(set(map(tuple, whole))) == 1
    code, shown = plain_app(lambda cfg: float(cfg.seed), APP, *whole[0][3:], "hydra.sweeper.plan_only=true")
    assert code == 0, shown
    assert "4 cells × 3 seeds = 12 runs" in shown
    assert "runs/train" in (ROOT / "docs/plain-hydra-apps.md").read_text()


def test_the_file_for_an_app_as_it_is_makes_it_a_study(plain_app):  # noqa: F811
    written = code("plain-hydra-apps.md", "override hydra/sweeper") + APP
    code_, shown = plain_app(lambda _: 1.0, written, "hydra.sweeper.plan_only=true", mode=["-m"])
    assert code_ == 0, shown
    assert "4 cells × 3 seeds = 12 runs" in shown


SWITCHES = ["batch_norm=false,true", "dropout=false,true", "activation=relu,selu"]
SWITCHED = "batch_norm: false\ndropout: false\nactivation: relu\nattention: none\n"


@pytest.mark.parametrize(
    ("has", "config", "words", "cells"),
    [
        ("exclude:", SWITCHED, [*SWITCHES, "attention=none,self,gaussian"], 24 - 6 - 8 + 2),
        ("when:", "batch_norm: false\ndropout: false\ndropout_rate: 0.2\n", [], 8),
        ("zip:", "batch_norm: false\nmodel: {width: 64, depth: 2}\n", [], 6),
    ],
)
def test_the_settings_of_designs_plan_what_their_page_says(plain_app, has, config, words, cells):  # noqa: F811
    (written,) = (
        text for page, _, text in blocks() if page == "designs.md" and "\nhydra:\n" in text and has in text
    )
    _, shown = plain_app(
        lambda _: 1.0, config + written.partition("\n")[2], "hydra.sweeper.plan_only=true", *words
    )
    assert f"{cells} cells × 1 seed" in shown, shown


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """The tables that the pages' lines of Python read."""
    monkeypatch.chdir(tmp_path)
    levels = [(norm, act, seed) for norm in (0, 1) for act in ("relu", "elu") for seed in range(3)]
    frame = pd.DataFrame(levels, columns=["norm", "act", "seed"])
    frame["depth"] = frame["act"].map({"relu": 2, "elu": 4})
    frame["loss"] = 1 + 0.2 * frame["norm"] + 0.01 * frame["seed"] ** 2 + 0.001 * frame.index
    frame["acc"] = 1 / (1 + frame["loss"])
    for name in ("runs", "before", "after"):
        frame.to_csv(f"{name}.csv", index=False)


@pytest.mark.usefixtures("runs")
def test_the_two_lines_of_python_in_the_readme_run():
    lines = [line for line in (ROOT / "README.md").read_text().splitlines() if line.startswith("study = ")]
    assert len(lines) == 2
    found = []
    for line in lines:
        names = {"ablation": ablation, "train": lambda norm, depth, seed: 1 + norm / depth + seed**2 / 50}
        exec(line, names)
        found.append(len(names["study"].table))
    assert found == [2 * 2 * 5, 12]


@pytest.mark.usefixtures("runs")
def test_what_the_page_of_results_shows_of_a_study_exists():
    """Its example, then every call of its table but those that write pages, which other tests do."""
    names = {}
    exec(code("results-you-have.md", "ablation.Study("), names)
    names["other"] = ablation.Study("after.csv", {"acc": "higher"}, factors=["norm", "act"], block="seed")
    table = (ROOT / "docs/results-you-have.md").read_text().partition("shows itself in a notebook\n```")[2]
    seen = 0
    for row in re.findall(r"^\| (`study.*?) \| (.*) \|$", table, flags=re.M):
        first, *more = re.findall(r"`(study[^`]*|\.[^`]*)`", " ".join(row))
        subject = first if "compare" in first else first.rpartition(".")[0]
        for call in [first, *(f"{subject}{each}" for each in more)]:
            if not re.search(r"report\(|save\(", call):
                eval(call, names)
                seen += 1
    assert seen > 8


@pytest.mark.usefixtures("runs")
def test_two_studies_are_compared_as_the_page_says():
    rest = "{'loss': 'lower'}, factors=['norm', 'depth'], block='seed'"
    names = {"ablation": ablation}
    exec(textwrap.dedent(code("report.md", ".compare(")).replace("…", rest), names)
    assert len(names["changes"].effects) == 2


def cell_text(verdict, columns, digits, unit):
    estimate, low, high = (f"{verdict[column]:.{digits}f}".replace("-", "−") for column in columns)
    sign = "" if estimate.startswith("−") else "+"
    return f"{sign}{estimate}{unit} ({low} to {high})"


def test_the_kept_rows_of_clutter_give_the_table_of_its_page():
    """Its 24 runs take minutes; what the analysis says of them is computed again."""
    rows = pd.read_parquet(ROOT / "benchmarks/rows/clutter24.parquet")
    levels = ["none", "placebo", "spatial", "weight_map"]
    rows["attention"] = pd.Categorical(rows["attention"], levels, ordered=True)
    page = (ROOT / "docs/density.md").read_text()
    assert len(rows) == 24
    loss, auroc = (
        analyze(rows, response, ["attention", "batch_norm"], block="seed", direction=direction).verdicts
        for response, direction in (("reconstruction_loss", "lower"), ("contrast_auroc", "higher"))
    )
    percent, units = ("percent", "percent_low", "percent_high"), ("estimate", "ci_low", "ci_high")
    for (_, one), (_, other) in zip(loss.iterrows(), auroc.iterrows(), strict=True):
        assert one["verdict"] == other["verdict"] == "inconclusive"
        name = "batch_norm" if one["factor"] == "batch_norm" else f"{one['level']} − none"
        texts = cell_text(one, percent, 1, " %"), cell_text(other, units, 3, "")
        assert f"| {name} | {' | '.join(texts)} |" in page
    low, high = rows["reconstruction_loss"].min(), rows["reconstruction_loss"].max()
    assert f"between {low:.3f} and {high:.3f}" in page
