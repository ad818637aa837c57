"""Reports of studies that were never trained: rows made by hand, with effects that are known."""

import re
from itertools import product

import numpy as np
import pandas as pd
import pytest

from ablation.report.__main__ import main
from ablation.results import Row, open_store, run_key

FACTORS = {
    "flags.batch_norm": [False, True],
    "flags.attention": ["none", "spatial"],
    "flags.activation": ["relu", "elu"],
}


@pytest.fixture
def study(tmp_path):
    """A function that writes a study: factors, seeds, and a loss for each cell and seed."""

    def write(factors=FACTORS, seeds=(0, 1, 2), loss=None, keep=lambda *_: True):
        store = open_store(tmp_path / "study")
        keys = []
        for levels in product(*factors.values()):
            config = dict(zip(factors, levels, strict=True))
            for seed in seeds:
                key = run_key(config, seed, {})
                keys.append(key)
                if keep(config, seed):
                    value = _loss(config, seed) if loss is None else loss(config, seed)
                    store.commit(_row(key, config, seed, value))
        record = {"schema": 1, "study": "made", "factors": factors, "seeds": list(seeds), "keys": keys}
        store.save_study({**record, "response": "loss", "direction": "lower"})
        return tmp_path / "study"

    return write


def _loss(config, seed):
    """Batch norm takes 10 % off; attention and activation do nothing; seeds shift all cells alike."""
    noise = np.random.default_rng([seed, len(str(config))]).normal(0, 0.002)
    return float(np.exp(np.log(0.9) * bool(config.get("flags.batch_norm")) + 0.05 * seed + noise))


def _row(key, config, seed, loss):
    return Row(
        key=key,
        study="made",
        cell="0" * 10,
        seed=seed,
        status="ok" if np.isfinite(loss) else "diverged",
        config=config,
        responses={"loss": loss},
        identity={},
        provenance={"device": "abacus", "commit": "abc"},
        started="2026-01-01T00:00:00+00:00",
        finished="2026-01-01T00:00:01+00:00",
        seconds=1.0,
    )


def report(folder):
    return (folder / "report/report.md").read_text()


def test_it_names_the_design_the_effect_and_the_articles_table(study, capsys):
    folder = study()
    assert main([str(folder)]) == 0

    text = report(folder)
    assert "2×2×2 full factorial × 3 paired seeds = 24 runs (24 ok)" in text
    assert "loss, lower is better" in text
    assert "abacus" in text
    effects = pd.read_csv(folder / "report/effects.csv").set_index("factor")
    assert effects.loc["flags.batch_norm", "percent"] == pytest.approx(-10, abs=0.5)
    assert re.search(r"\| batch_norm +\| True − False +\| -\d+\.\d\d % ", text)
    columns = ["BatchNorm", "SpatialAttention", "Activation_elu", "Activation_relu"]
    for table in (text, (folder / "report/ols.txt").read_text(), capsys.readouterr().out):
        assert [
            line.split()[0] for line in table.splitlines() if re.match(r"\w+ +-?\d\.\d{4} ", line)
        ] == columns
        assert "R-squared" in table
    assert "their p-values test 'response = 0'" in text


def test_the_articles_coefficients_are_least_squares(study):
    folder = study()
    main([str(folder)])
    cells = [(bn, at, act) for bn, at, act in product((0, 1), (0, 1), (0, 1)) for _ in range(3)]
    X = np.array([[bn, at, act, 1 - act] for bn, at, act in cells], float)
    configs = [dict(zip(FACTORS, levels, strict=True)) for levels in product(*FACTORS.values())]
    y = np.array([_loss(config, seed) for config in configs for seed in (0, 1, 2)])
    expected = np.linalg.lstsq(X, y, rcond=None)[0]
    shown = re.findall(r"^\w+ +(-?\d\.\d{4}) ", (folder / "report/ols.txt").read_text(), flags=re.MULTILINE)
    assert [float(v) for v in shown] == pytest.approx(list(expected), abs=5.1e-5)


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ({"keep": lambda *_: False}, "Nothing can be concluded yet"),
        ({"loss": lambda *_: float("nan")}, "Nothing can be concluded yet"),
        ({"factors": {}}, "Nothing can be concluded yet"),
        ({"seeds": (0,), "keep": lambda c, _: not c["flags.batch_norm"]}, "single level"),
        ({"loss": lambda *_: 1.0}, "constant"),
        ({"keep": lambda c, s: s == 0 or not c["flags.batch_norm"]}, "missing"),
    ],
    ids=["no rows", "all diverged", "no factors", "one level", "constant", "half a sweep"],
)
def test_every_state_is_a_page_that_says_what_it_is(study, case, expected):
    folder = study(**case)
    assert main([str(folder)]) in (0, 3)
    assert expected in report(folder)
    tables = [line for line in report(folder).splitlines() if line.startswith("|")]
    assert not any("nan" in line for line in tables)


def test_one_run_concludes_nothing(study):
    folder = study(keep=lambda config, seed: seed == 0 and list(config.values()) == [False, "none", "relu"])
    assert main([str(folder)]) == 3
    assert "Nothing can be concluded yet" in report(folder)


def test_names_that_a_user_typed_cannot_break_the_page(study, capsys):
    folder = study(factors={"flags.a|b": ["<script>", "x|y", "=1+1"], "flags.c": ["None", "[red]NA"]})
    assert main([str(folder)]) == 0
    table = report(folder).partition("## The article")[0]
    assert "<script>" not in table
    widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines() if line.startswith("|")}
    assert widths == {6}
    assert "[red]NA" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["--help"], ["a", "b"], ["no/such/folder"]])
def test_a_wrong_argument_is_a_sentence_and_code_2(arguments, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert "xpected" in capsys.readouterr().err
