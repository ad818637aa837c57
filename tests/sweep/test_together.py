"""Nested and zipped factors through every door, with data of which R has said what they show."""

import pytest

import ablation
from ablation.errors import UsageError
from ablation.report.load import load_study
from ablation.results import read
from ablation.sweep import command_study
from ablation.sweep.together import valid_when
from tests.analysis.compare import close, row
from tests.analysis.conftest import load_case

NAME = "test_together"
RATES = (0.1, 0.3, 0.5)
NESTED = {"levels": list(RATES), "when": {"dropout": True}}
PARAMS = """
hydra:
  sweeper:
    params:
      norm: false,true
      dropout: [false, true]
      dropout_rate: {levels: [0.1, 0.3, 0.5], when: {dropout: true}}
"""
CONFIG = "seed: 0\nnorm: false\ndropout: false\ndropout_rate: 0.3\nwidth: 8\ndepth: 2\n"
SWITCHES = ("norm=false,true", "dropout=false,true")


@pytest.fixture(scope="module")
def case():
    return load_case("c20")


@pytest.fixture
def trained():
    return []


@pytest.fixture
def measure(case, trained):
    """The response that a run has in the case; the rate says nothing where dropout is off."""
    table = case.table.set_index(["norm", "dropout", "rate", "seed"])["y"]
    words = {False: "off", True: "on"}

    def measure(norm=False, dropout=False, dropout_rate=0.3, seed=0):
        trained.append((norm, dropout, dropout_rate, seed))
        return float(table[words[norm], words[dropout], str(dropout_rate) if dropout else "none", seed])

    return measure


@pytest.fixture
def app(measure):
    return lambda cfg: measure(cfg.norm, cfg.dropout, cfg.dropout_rate, cfg.seed)


def matches_r(analysis, expected):
    """Main effects, and those of the parent at each value, as emmeans has them."""
    close(row(analysis.effects, factor="norm").estimate, expected["norm"][0]["estimate"])
    close(row(analysis.effects, factor="dropout").estimate, -expected["dropout"][0]["estimate"])
    within = {r["contrast"]: r["estimate"] for r in expected["rates_within_on"]}
    for level in ("0.3", "0.5"):
        line = row(analysis.effects, factor="dropout_rate", level=level)
        assert line.reference == "0.1"
        close(line.estimate, -within[f"0.1 - {level}"])
    at = analysis.parent_effects.set_index("within")["estimate"]
    close([at[f"dropout_rate={v}"] for v in RATES], [within[f"{v} - none"] for v in RATES])


def test_an_app_trains_a_cell_without_the_parent_once(plain_app, app, trained, tmp_path):
    code, shown = plain_app(app, PARAMS + CONFIG)
    assert code == 0, shown
    assert "8 cells × 1 seed = 8 runs, 0 done" in shown
    assert "dropout_rate has levels within dropout=true alone" in shown
    assert len(trained) == 8
    assert {rate for _, dropout, rate, _ in trained if not dropout} == {0.3}, "the app's own"
    place = tmp_path / "runs" / NAME
    subject = load_study(str(place))
    assert subject.reference == {"norm": "False", "dropout": "False", "dropout_rate": "none"}
    assert "8 runs, 8 done" in plain_app(app, PARAMS + CONFIG)[1]
    assert len(trained) == 8
    assert set(read(place)["dropout_rate"]) == {*RATES, "none"}


@pytest.mark.parametrize(
    "words",
    [
        ("dropout_rate={levels:[0.1,0.3,0.5],when:{dropout:true}}",),
        ("dropout_rate=0.1,0.3,0.5", "hydra.sweeper.when={dropout_rate:{dropout:true}}"),
    ],
)
def test_the_command_line_says_the_same(plain_app, app, words):
    code, shown = plain_app(app, CONFIG, *SWITCHES, *words, "hydra.sweeper.plan_only=true")
    assert code == 0, shown
    assert "8 cells × 1 seed = 8 runs, 0 done" in shown


def test_rows_of_a_study_without_nesting_count(plain_app, app, trained, rows):
    plain_app(app, CONFIG, SWITCHES[1])
    keys = {one.key for one in rows(NAME)}
    nested = "dropout_rate={levels:[0.1,0.3],when:{dropout:true}}"
    code, shown = plain_app(app, CONFIG, SWITCHES[1], nested)
    assert code == 0, shown
    assert "3 cells × 1 seed = 3 runs, 2 done" in shown, "a cell of before is that with a rate of 0.3"
    assert keys < {one.key for one in rows(NAME)}
    assert len(trained) == 3


def test_settings_of_a_group_s_choice_are_nested_in_it(plain_app, rows):
    config = {
        "config": "defaults: [{opt: adam}, _self_]\nseed: 0\nnorm: false\n",
        "opt/adam": "kind: adam\nbeta: 0.9",
        "opt/sgd": "kind: sgd\nmomentum: 0.0",
    }
    when = "hydra.sweeper.when={opt.momentum:{opt:sgd},opt.beta:{opt:adam}}"
    words = ("opt=adam,sgd", "opt.momentum=0,0.9", "opt.beta=0.9,0.99", when)
    code, shown = plain_app(lambda cfg: cfg.opt.get("momentum", 0.5) + cfg.opt.get("beta", 2), config, *words)
    assert code == 0, shown
    kept = [tuple(one.config.get(f"opt.{key}") for key in ("kind", "momentum", "beta")) for one in rows(NAME)]
    assert set(kept) == {("adam", None, 0.9), ("adam", None, 0.99), ("sgd", 0, None), ("sgd", 0.9, None)}
    assert len(kept) == 4


def test_keys_that_are_zipped_change_together_as_one_factor(plain_app, app, rows, tmp_path):
    words = ("width=8,16,32", "depth=2,3,4", "hydra.sweeper.zip={size:[width,depth]}")
    code, shown = plain_app(lambda cfg: cfg.width * cfg.depth - cfg.norm + 0.01 * cfg.seed, CONFIG, *words)
    assert code == 0, shown
    assert "size: width=8 depth=2, width=16 depth=3, width=32 depth=4" in shown
    assert {(one.config["width"], one.config["depth"]) for one in rows(NAME)} == {
        (8, 2),
        (16, 3),
        (32, 4),
    }
    found = load_study(str(tmp_path / "runs" / NAME)).main.analysis
    assert list(found.effects["factor"]) == ["size", "size"]
    assert list(found.effects["level"])[:2] == ["width=16 depth=3", "width=32 depth=4"]
    assert "3 runs, 3 done" in plain_app(app, CONFIG, *words)[1]


def test_a_function_gets_its_default_where_the_parent_is_off(measure, trained, case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    factors = {"norm": [False, True], "dropout": [False, True], "dropout_rate": NESTED}
    study = ablation.sweep(measure, factors, seeds=4, scale="identity", direction="lower")
    assert len(trained) == 32
    matches_r(study.analysis, case.expected)
    assert "dropout_rate within dropout=True" in repr(study)
    ablation.sweep(measure, factors, seeds=4, scale="identity", direction="lower")
    assert len(trained) == 32
    assert study.report(figures=True).is_file()
    assert "within dropout=True" in (tmp_path / "runs/measure/report/report.md").read_text()


def test_seeds_may_be_added_until_verdicts_within_others_are_settled(
    measure, trained, case, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    factors = {"norm": [False, True], "dropout": [False, True], "dropout_rate": NESTED}
    told = {"scale": "identity", "direction": "lower", "until": "settled", "max_replicates": 4}
    study = ablation.sweep(measure, factors, seeds=2, margin=0.001, **told)
    assert "Look at 3 seeds" in capsys.readouterr().out
    assert len(trained) == 32, "at the maximum, as the margin is out of reach"
    matches_r(study.analysis, case.expected)
    assert list(study.verdicts["within"]) == ["", "", "dropout=True", "dropout=True"]
    ablation.sweep(measure, factors, seeds=2, margin=0.001, **told)
    assert len(trained) == 32
    other = {**factors, "dropout_rate": {**NESTED, "when": {"dropout": False}}}
    with pytest.raises(UsageError, match="plan that this adaptive study began with"):
        ablation.sweep(measure, other, seeds=2, margin=0.001, **told)


def test_arguments_that_are_zipped_and_a_union(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    calls = []

    def fit(width=8, depth=2, norm=False, lr=0.1, seed=0):
        calls.append((width, depth, norm, lr))
        return width * depth * (1 + norm) * lr + 0.001 * seed

    factors = {"width": [8, 16], "depth": [2, 4], "norm": [False, True], "lr": [0.1, 0.2, 0.3]}
    union = [{"factors": ["size", "norm"]}, {"design": "one_at_a_time"}]
    study = ablation.sweep(fit, factors, seeds=2, zip={"size": ["width", "depth"]}, union=union)
    grid = {(w, d, n, 0.1) for w, d in ((8, 2), (16, 4)) for n in (False, True)}
    assert set(calls) == grid | {(8, 2, False, 0.2), (8, 2, False, 0.3)}
    assert set(study.table["size"]) == {"width=8 depth=2", "width=16 depth=4"}
    assert set(study.effects["factor"]) == {"size", "norm", "lr"}


WHEN = "hydra.sweeper.when={{dropout_rate:{}}}"
ON, RATED = WHEN.format("{dropout:true}"), "dropout_rate=0.1,0.3"
SIZE = "hydra.sweeper.zip={size:[width,depth]}"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["dropout_rate={levels:[1,2],when:{dropout:true},x:1}"], "dropout_rate: expected {levels: [0.1,"),
        ([RATED, WHEN.format("{drop:true}")], "when.dropout_rate: expected one of the factors"),
        ([RATED, WHEN.format("{dropout:maybe}")], "when.dropout_rate: expected a level of"),
        (["hydra.sweeper.when={speed:{dropout:true}}"], "when: expected one of the factors"),
        ([RATED, ON, "hydra.sweeper.numeric=[dropout_rate]"], "which has none in some cells"),
        (["hydra.sweeper.zip={size:[width]}"], "zip.size: expected two keys or more"),
        (["width=1,2", "depth=1,2,3", SIZE], "as many levels of each key. Received: 2 of width, 3 of depth"),
        (["width=1,2", "hydra.sweeper.zip={size:[width,height]}"], "zip.size: expected one of the factors"),
        (["width=1,2", "depth=1,2", "hydra.sweeper.zip={norm:[width,depth]}"], "name of a factor, norm"),
        (["hydra.sweeper.union=[{design:all},{}]"], "design: expected one of"),
    ],
)
def test_what_cannot_be_meant_is_a_sentence_before_anything_is_trained(plain_app, app, trained, words, said):
    code, shown = plain_app(app, CONFIG, *SWITCHES, *words)
    assert (code, trained) == (2, []), shown
    assert said in " ".join(shown.split())
    assert "Traceback" not in shown


def test_a_key_that_is_fixed_on_the_command_line_is_no_factor_any_more(plain_app, app):
    code, shown = plain_app(app, PARAMS + CONFIG, "dropout_rate=0.5", "hydra.sweeper.plan_only=true")
    assert code == 0, shown
    assert "4 cells × 1 seed" in shown
    code, shown = plain_app(app, PARAMS + CONFIG, "dropout=true")
    assert code == 2
    assert "when.dropout_rate: expected dropout to have levels" in " ".join(shown.split())
    words = ("hydra.sweeper.when={dropout_rate:null}", "dropout=true", "hydra.sweeper.plan_only=true")
    code, shown = plain_app(app, PARAMS + CONFIG, *words)
    assert "6 cells × 1 seed" in shown, shown


def test_a_function_without_a_default_for_a_nested_argument_is_refused():
    def fit(dropout, dropout_rate, seed):  # noqa: ARG001
        return 1.0

    with pytest.raises(UsageError, match="dropout_rate: expected a default of fit"):
        ablation.sweep(fit, {"dropout": [False, True], "dropout_rate": NESTED}, seeds=2)


def test_conditions_know_keys_by_their_short_names():
    when = {"flags.rate": {"dropout": True}}
    assert valid_when(when, ["flags.dropout", "flags.rate"], []) == {"flags.rate": ("flags.dropout", True)}
    assert valid_when({"rate": {"dropout": True}}, ["norm"], ["flags.dropout", "flags.rate"]) == {}
    with pytest.raises(UsageError, match="expected dropout to have levels"):
        valid_when(when, ["flags.rate"], ["flags.dropout"])


FILE = """
command: python train.py --width {width} {dropout:--dropout} {rate:--rate={rate}} --seed {seed}
factors: {width: [8, 16], dropout: [false, true], rate: RATE}
"""


def test_the_command_line_says_conditions_and_zips_of_a_file_anew(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text(FILE.replace("RATE", "{levels: [0.1, 0.3], when: {dropout: true}}"))
    told, left = command_study.read(path, ["when={rate:{width:16}}", "zip={a:[width,rate],b:null}", "x=1"])
    assert (told["when"], told["zip"], left) == ({"rate": {"width": 16}}, {"a": ["width", "rate"]}, ["x=1"])
    told, left = command_study.read(path, ["when={rate:null}", "zip={a"])
    assert (told["when"], left) == ({}, ["zip={a"])


@pytest.mark.parametrize(
    "rate", ["{levels: [0.1], when: {dropout: true}}", "{levels: 0.1, when: {dropout: true}}"]
)
def test_a_condition_of_one_level_is_refused_and_not_forgotten(tmp_path, rate):
    path = tmp_path / "study.yaml"
    path.write_text(FILE.replace("RATE", rate))
    with pytest.raises(UsageError, match=r"rate: expected two levels or more.* 0\.1 alone"):
        command_study.read(path)
