"""`ablation.sweep(train, factors={…})`: a study of a Python function."""
# ruff: noqa: ARG001, ARG005  (functions under study take arguments that they ignore)

import os
import signal
import subprocess
import sys
from functools import partial

import numpy as np
import pytest

import ablation
from ablation.errors import UsageError
from ablation.results import read
from tests.sweep.conftest import started, wait_for_rows

FACTORS = {"norm": [False, True], "depth": [2, 4]}
SCRIPT = """
import os, sys, time
from pathlib import Path
import ablation

def train(norm=False, depth=2, seed=0):
    with Path("trained.txt").open("a") as told:
        told.write(f"{norm} {depth} {seed} {os.getpid()}\\n")
    time.sleep(float(os.environ.get("SECONDS", 0)))
    if norm and os.environ.get("DIE"):
        os.kill(os.getpid(), 9)
    return 1 / depth - 0.1 * norm + 0.01 * seed

if __name__ == "__main__":
    study = ablation.sweep(train, factors={"norm": [False, True], "depth": [2, 4]}, seeds=3, n_jobs=N_JOBS)
    print("FINISHED", len(study.table), len(study.failures))
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def calls():
    """What the function was called with."""
    return []


@pytest.fixture
def train(calls):
    def train(norm=True, depth=2, seed=0):
        calls.append((norm, depth, seed))
        noise = np.random.default_rng([norm, depth, seed]).normal(0, 0.002)
        return {"loss": 1 / depth * (0.8 if norm else 1) * (1 + 0.1 * seed) + noise, "size": depth}

    return train


def test_every_cell_is_called_with_every_seed_and_the_planted_effects_come_back(train, calls):
    study = ablation.sweep(train, factors=FACTORS, seeds=3)
    assert sorted(calls) == sorted(
        (n, d, s) for n in FACTORS["norm"] for d in FACTORS["depth"] for s in range(3)
    )
    verdicts = study.verdicts.set_index("factor")
    assert list(verdicts.loc[["norm", "depth"], "verdict"]) == ["keep", "keep"]
    assert verdicts.loc["norm", "percent"] == pytest.approx(-20, abs=1)
    assert verdicts.loc["depth", "percent"] == pytest.approx(-50, abs=1)
    assert set(study.table["size"]) == {2.0, 4.0}
    assert len(read("runs/train")) == 12
    assert study.failures.empty


def test_the_same_call_repeats_nothing_and_a_new_level_only_adds_runs(train, calls, capsys):
    ablation.sweep(train, factors=FACTORS, seeds=2)
    again = ablation.sweep(train, factors=FACTORS, seeds=2)
    assert len(calls) == 8
    assert "8 runs, 8 done" in capsys.readouterr().out
    more = ablation.sweep(train, factors={**FACTORS, "depth": [2, 4, 8]}, seeds=2)
    assert len(calls) == 12
    assert (len(again.table), len(more.table)) == (8, 12)
    assert len(again.table) == 8  # a study that was returned stays what it was


def test_the_package_is_the_function_whichever_is_imported_first():
    for first in ("from ablation.sweep import main, Outcome", "import ablation.sweep.app", "pass"):
        code = (
            f"{first}\nimport ablation, ablation.sweep as package\nfrom ablation import sweep\n"
            "from ablation.sweep import App, Cell, Outcome, Response, main\n"
            "from ablation.sweep.run_cells import run_cell\n"
            "assert sweep is package is ablation.sweep\n"
            "print(len(ablation.sweep(lambda a, seed: 1.0 + a, {'a': [0, 1]}, seeds=2, name='x').table))"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert done.stdout.endswith("\n4\n"), done.stderr


def test_importing_the_package_loads_nothing_heavy():
    code = "import sys, ablation; print(sorted({'hydra', 'numpy', 'pandas', 'joblib'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.slow
def test_type_checkers_see_a_function_that_returns_the_study(root, tmp_path):
    (tmp_path / "user.py").write_text(
        "import ablation\nfrom ablation.sweep import main\n"
        "reveal_type(ablation.sweep(float, factors={}))\nablation.sweep(float, factor={})\n"
    )
    command = [sys.executable, "-m", "mypy", "--config-file=", "--follow-imports=silent", "user.py"]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "MYPYPATH": str(root)})
    assert 'Revealed type is "ablation.sweep.study_result.StudyResult"' in done.stdout
    assert 'Missing positional argument "factors"' in done.stdout
    assert "not callable" not in done.stdout


@pytest.mark.parametrize("returned", [0.5, 2, np.float32(0.5), np.array(0.5), {"loss": 0.5, "note": "x"}])
def test_numbers_of_any_kind_are_outcomes(returned):
    study = ablation.sweep(lambda a, seed: returned, factors={"a": [1]}, name="numbers")
    assert study.table["loss"].tolist() == [
        float(returned["loss"] if isinstance(returned, dict) else returned)
    ]


@pytest.mark.parametrize("returned", [None, "good", (x for x in [0.5]), [0.5, 0.4], {"other": 1.0}])
def test_what_is_no_number_stops_the_sweep_with_a_sentence(returned):
    with pytest.raises(UsageError, match=r"[Ee]xpected.*Received") as told:
        ablation.sweep(lambda a, seed: returned, factors={"a": [1, 2]}, name="numbers")
    assert "hydra" not in str(told.value)
    kept = isinstance(returned, dict)  # the run counts once its response is called by its name
    assert len(read("runs/numbers")) == kept


def test_a_run_that_fails_is_kept_as_an_attempt_and_tried_again(train, calls):
    def fragile(norm, depth, seed):
        if broken and norm and depth == 4:
            raise RuntimeError("out of luck")
        return train(norm, depth, seed)

    broken = True
    study = ablation.sweep(fragile, factors=FACTORS, seeds=2)
    assert (len(study.table), len(study.failures), len(calls)) == (6, 2, 6)
    assert set(study.failures["error"]) == {"RuntimeError: out of luck"}
    assert "out of luck" in study.failures.to_string()
    broken = False
    assert len(ablation.sweep(fragile, factors=FACTORS, seeds=2).table) == 8
    assert len(calls) == 8


def test_a_run_that_is_not_finite_has_diverged():
    study = ablation.sweep(
        lambda a, seed: float("nan") if a else 1.0 + seed, {"a": [0, 1]}, seeds=2, name="x"
    )
    assert study.table["status"].tolist() == ["ok", "ok", "diverged", "diverged"]


def test_levels_may_be_named_values_classes_numpy_numbers_and_lists():
    seen = []

    def train(act, rate, units, seed=0):
        seen.append((act, rate, units))
        return 1.0

    study = ablation.sweep(
        train,
        factors={
            "act": [float, str],
            "rate": np.array([0.1, 0.2]),
            "units": {"small": (8,), "large": (8, 4)},
        },
    )
    assert set(seen) == {(a, r, u) for a in (float, str) for r in (0.1, 0.2) for u in ((8,), (8, 4))}
    assert list(study.table["act"].cat.categories) == ["float", "str"]
    assert list(study.table["rate"].cat.categories) == [0.1, 0.2]
    assert list(study.table["units"].cat.categories) == ["small", "large"]
    assert (
        len(ablation.sweep(train, factors={"units": [(8,), (8, 4)], "act": [str], "rate": [0.1]}).table) == 2
    )


def test_a_new_argument_with_a_default_repeats_no_run_and_a_changed_default_is_refused(calls):
    def first(norm, seed=0):
        return 1.0

    def second(norm, width=8, seed=0):
        calls.append(width)
        return 1.0

    def third(norm, width=16, seed=0):
        return 1.0

    run = partial(ablation.sweep, factors={"norm": [False, True]}, name="mine")
    run(first)
    run(second)
    assert calls == []
    with pytest.raises(UsageError, match="width was 8 and is now 16"):
        run(third)
    run(second, settings={"width": 16})
    assert calls == [16, 16]


def test_runs_of_an_earlier_version_of_the_code_count_and_are_told(capsys):
    def first(norm, seed=0):
        return 1.0

    def second(norm, seed=0):
        return 2.0

    ablation.sweep(first, factors={"norm": [False, True]}, name="mine")
    assert "has changed" not in capsys.readouterr().out
    study = ablation.sweep(second, factors={"norm": [False, True]}, name="mine")
    assert "the code of second has changed since 2 of 2 runs" in capsys.readouterr().out
    assert "has changed since 2 of 2 runs" in repr(study)
    assert "has changed since 2 of 2 runs" in study._repr_html_()
    anew = ablation.sweep(second, factors={"norm": [False, True]}, name="mine", identity={"code": "2"})
    assert anew.table["loss"].tolist() == [2.0, 2.0]
    assert anew.notes == ()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"factors": {"nrom": [0, 1]}}, "Received: nrom. Did you mean norm?"),
        ({"factors": {"seed": [0, 1]}}, "Received: seed"),
        ({"factors": {"norm": "false,true"}}, "expected a list of levels"),
        ({"factors": {"norm": [object()]}}, "Give other values names"),
        ({"factors": {"norm": [1, 1]}}, "each level once"),
        ({"factors": {"norm": []}}, "at least one level"),
        ({"seeds": 0}, "seeds: expected"),
        ({"seeds": [1, 1]}, "seeds: expected"),
        ({"response": "accuracy"}, r"In the call: ablation.sweep\(…, direction='higher'\)$"),
        (
            {"responses": ["accuracy"]},
            r"In the call: ablation.sweep\(…, directions=\{'accuracy': 'higher'\}\)$",
        ),
        ({"settings": {"norm": True}}, "^settings: expected names that are no factors. Received: norm"),
        ({"factors": [("norm", [0, 1])]}, "^factors: expected arguments with their levels.*Received: \\["),
        ({"factors": {5: [0, 1]}}, "^factors: .* Received the name 5"),
        ({"seeds": "3"}, "^seeds: expected a whole number, or a list of seeds. Received: '3'"),
        ({"seeds": 2.5}, "^seeds: expected a whole number, or a list of seeds. Received: 2.5"),
        ({"seeds": True}, "^seeds: expected .* Received: True"),
        ({"response": 5}, "^response: expected a text. Received: 5"),
        ({"margin": "5"}, "^margin: expected a number, or None. Received: '5'"),
        ({"settings": ["norm"]}, "^settings: expected arguments with one value each"),
        ({"identity": "v2"}, "^identity: expected names with texts"),
        ({"name": 5}, "^name: expected a text"),
        ({"n_jobs": "2"}, "^n_jobs: expected a whole number, or None. Received: '2'"),
        ({"retries": True}, "^retries: expected a whole number. Received: True"),
        ({"retries": "1"}, "^retries: expected a whole number. Received: '1'"),
        ({"alpha": "5%"}, "^alpha: expected a number. Received: '5%'"),
        ({"numeric": "depth"}, "^numeric: expected a list of factors"),
        ({"responses": "accuracy"}, "^responses: expected a list of texts"),
        ({"max_replicates": None}, "^max_replicates: expected a whole number. Received: None"),
        ({"log": 5}, "^log: expected a list"),
        ({"margin": -1.0}, "^margin: expected a number above 0"),
        ({"retries": -1}, "^retries: expected 0 or more"),
        ({"design": "half"}, "design: expected one of"),
        ({"numeric": ["norm"]}, "^numeric: expected a factor whose levels are numbers"),
        ({"seed_key": "random_state", "seeds": 3}, "argument random_state"),
    ],
)
def test_a_mistake_is_a_sentence_in_the_words_of_the_function(train, calls, changes, message):
    with pytest.raises(UsageError, match=message):
        ablation.sweep(train, **{"factors": FACTORS, **changes})
    assert calls == []


@pytest.mark.parametrize("function", [None, "train", max])
def test_what_cannot_be_called_by_name_is_a_sentence(function):
    with pytest.raises(UsageError, match=r"^function: expected one "):
        ablation.sweep(function, {"a": [0, 1]})


def test_numbers_of_numpy_are_numbers(train):
    study = ablation.sweep(train, FACTORS, seeds=np.int64(2), margin=np.float32(2), alpha=np.float64(0.1))
    assert (len(study.table), study.snapshot.record.margin) == (8, 2.0)
    assert len(ablation.sweep(train, FACTORS, seeds=np.arange(3)).table) == 12


def test_an_argument_without_a_value_is_asked_for():
    with pytest.raises(UsageError, match="Received none for data"):
        ablation.sweep(lambda norm, data, seed: 1.0, factors={"norm": [0, 1]}, name="x")


def test_an_option_that_does_not_exist_is_a_type_error(train):
    with pytest.raises(TypeError, match="unexpected option 'replicate'"):
        ablation.sweep(train, factors=FACTORS, replicate=3)


def test_a_study_shows_itself_and_writes_its_report(train, tmp_path):
    study = ablation.sweep(train, factors={"norm": [False, True], "depth": [2, 4]}, seeds=3, margin=2.0)
    assert "Keep norm" in repr(study)
    assert "<td>norm</td>" in study._repr_html_()
    page = study.report("page", figures=False)
    assert str(page) == "page/index.html"
    assert "Keep norm" in page.read_text()
    assert study.effects["factor"].tolist() == ["norm", "depth"]
    for command in (["status", "train"], ["report", "train", "figures=false"]):
        done = subprocess.run(
            [sys.executable, "-m", "ablation.cli", *command], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr


def test_a_level_is_text_on_a_page(capsys):
    study = ablation.sweep(lambda a, seed: 1.0 + len(a) + seed, {"a": ["x", "<b>"]}, seeds=2, name="x")
    assert "&lt;b&gt;" in study._repr_html_()
    assert "<b>" not in study._repr_html_()


def test_runs_that_allow_no_analysis_say_so():
    study = ablation.sweep(lambda a, seed: float("nan"), {"a": [0, 1]}, name="x")
    with pytest.raises(UsageError, match="Expected runs that can be analysed"):
        study.verdicts  # noqa: B018
    assert "nothing can be concluded" in study._repr_html_()


def test_other_designs_a_plan_and_seeds_until_every_verdict_is_settled(train, calls, capsys):
    ablation.sweep(train, factors=FACTORS, seeds=2, plan_only=True)
    assert calls == []
    assert "4 cells × 2 seeds = 8 runs" in capsys.readouterr().out
    assert len(ablation.sweep(train, factors=FACTORS, seeds=2, design="one_at_a_time").table) == 6
    grown = ablation.sweep(
        train, factors=FACTORS, name="grown", until="settled", max_replicates=6, margin=5.0
    )
    assert 2 <= grown.table["seed"].nunique() <= 6
    assert "settled" in capsys.readouterr().out


def test_numbers_of_any_size_are_shown_in_a_few_digits(capsys):
    ablation.sweep(lambda a, seed: a, {"a": [0.0, 1e-7, 0.25, 1e200]}, name="x")
    shown = capsys.readouterr().out
    assert all(f"loss {text} " in shown for text in ("0.0000", "1e-07", "0.2500", "1e+200"))


def test_threads_share_the_work(train, calls):
    assert len(ablation.sweep(train, factors=FACTORS, seeds=2, n_jobs=2, backend="threading").table) == 8
    assert len(calls) == 8


def _script(tmp_path, n_jobs):
    (tmp_path / "script.py").write_text(SCRIPT.replace("N_JOBS", str(n_jobs)))


@pytest.fixture
def start(tmp_path, root):
    """Starts the script with these variables of the environment."""
    return partial(started, "script.py", cwd=tmp_path, root=root)


@pytest.mark.slow
def test_processes_share_the_work_and_a_killed_one_loses_only_its_run(start, tmp_path):
    _script(tmp_path, 2)
    shown, _ = start(DIE="1").communicate(timeout=120)
    assert "FINISHED" in shown
    finished = set(read(tmp_path / "runs/train")["key"])
    assert len(finished) < 12
    first = (tmp_path / "trained.txt").read_text().splitlines()
    shown, _ = start().communicate(timeout=120)
    assert "FINISHED 12 0" in shown, shown
    keys = set(read(tmp_path / "runs/train")["key"])
    assert len(keys) == 12
    assert finished <= keys
    told = (tmp_path / "trained.txt").read_text().splitlines()
    assert len({line.split()[-1] for line in told}) > 1
    assert len(told) - len(first) == 12 - len(finished), "what was finished is not trained again"


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_whatever_ends_the_script_finished_runs_are_kept(start, tmp_path, number, n_jobs):
    _script(tmp_path, n_jobs)
    process = start(SECONDS="0.3")
    wait_for_rows(tmp_path / "runs/train", 3, process)
    os.killpg(process.pid, number)
    process.communicate(timeout=60)
    finished = set(read(tmp_path / "runs/train")["key"])
    assert 3 <= len(finished) < 12
    shown, _ = start().communicate(timeout=120)
    assert "FINISHED 12 0" in shown, shown
    assert finished <= set(read(tmp_path / "runs/train")["key"])


@pytest.mark.slow
def test_ray_does_the_jobs_where_asked(start, tmp_path):
    pytest.importorskip("ray")
    _script(tmp_path, "2, backend='ray'")
    shown, _ = start(RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO="0").communicate(timeout=300)
    assert "FINISHED 12 0" in shown, shown


@pytest.mark.slow
def test_processes_that_were_started_in_another_folder_write_to_this_one(tmp_path, monkeypatch):
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        study = ablation.sweep(paid, factors={"norm": [False, True]}, seeds=2, n_jobs=2)
        assert len(study.table) == 4
        assert len(list((tmp_path / name).glob("runs/paid/rows/*.json"))) == 4


def paid(norm=False, seed=0):
    return 1 + 0.1 * norm + 0.01 * seed
