"""Combinations of levels that nobody ran: main effects stay, and what is unknown is named."""

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st

from ablation.analysis import analyze
from ablation.errors import UsageError
from tests.analysis.compare import close, row
from tests.analysis.conftest import CASES, load_case


def left_out(found):
    return [term for w in found.warnings if w.code == "left-out-interaction" for term in w.facts["terms"]]


def check_contrasts(effects, factor, expected):
    for numbers in expected:
        level, reference = numbers["contrast"].split(" - ")
        line = row(effects, factor=factor, level=level, reference=reference)
        names = ("estimate", "SE", "df", "lower.CL", "upper.CL", "p.value")
        close(line[["estimate", "se", "df", "ci_low", "ci_high", "p"]], [numbers[n] for n in names], abs_=0)


def test_one_empty_cell_leaves_the_main_effects_of_r():
    case = load_case("c19")
    found = analyze(case.path, "score", ["A", "B"], block="seed", scale="identity", direction="lower")
    for factor in "AB":
        check_contrasts(found.effects, factor, case.expected["additive"][factor])
    assert left_out(found) == [("A", "B")]
    notice = next(w for w in found.warnings if w.code == "left-out-interaction")
    assert notice.facts["empty"] == [{"A": "a3", "B": "b2"}]
    assert set(found.verdicts["verdict"]) == {"hurts"}


def test_two_empty_cells_of_twelve_runs():
    path = CASES / "public" / "03_ten_of_twelve.csv"
    found = analyze(path, "quant_test_acc", ["act_bits", "weight_bits"], direction="higher")
    alone = analyze(path, "quant_test_acc", ["act_bits", "weight_bits"], direction="higher", interactions=1)
    pd.testing.assert_frame_equal(found.effects, alone.effects)
    assert set(found.effects["df"]) == {4}
    assert found.effects["p_adjusted"].between(1e-8, 2e-3).all()
    assert set(found.verdicts["verdict"]) == {"keep"}


def test_a_loss_that_exists_for_one_training_loop_only():
    path = CASES / "public" / "01_loss_per_loop.csv"
    factors = ["dataset", "loss", "model", "optimizer", "training_loop"]
    found = analyze(path, "hits@10", factors, direction="higher")
    assert left_out(found) == [("loss", "training_loop")]
    close(row(found.effects, level="bce").estimate, -0.0043, rel=0.01)
    close(row(found.effects, level="open").estimate, 0.0028, rel=0.02)
    additive = analyze(path, "hits@10", factors, direction="higher", interactions=1).effects
    assert set(additive["df"]) == {103}
    close(row(additive, level="bce").se, 0.0097, rel=0.01)
    close(row(additive, level="open").se, 0.0073, rel=0.01)


def test_a_cell_that_always_diverges():
    found = analyze(CASES / "public" / "23_diverged_cell.csv", "loss", ["batch_norm", "lr"], block="seed")
    table = pd.read_csv(CASES / "public" / "23_diverged_cell.csv").dropna()
    fit = smf.ols("np.log(loss) ~ C(batch_norm) + C(lr) + C(seed)", table).fit()
    names = ["C(batch_norm)[T.True]", "C(lr)[T.0.01]", "C(lr)[T.0.1]"]
    close(found.effects["estimate"], fit.params[names])
    close(found.effects["se"], fit.bse[names])
    assert left_out(found) == [("batch_norm", "lr")]


def excluded_study(exclude, n_seeds=3):
    """The article's factors without some cells; batch norm takes 10 % off."""
    levels = [(False, True), (False, True), ("none", "spatial"), ("relu", "elu", "selu", "sigmoid")]
    cells = [c for c in product(*levels) if not exclude(*c)]
    table = pd.DataFrame(
        [(*cell, s) for cell in cells for s in range(n_seeds)],
        columns=["batch_norm", "dropout", "attention", "activation", "seed"],
    )
    noise = np.random.default_rng(3).normal(0, 0.01, len(table))
    return table.assign(loss=np.exp(np.log(0.9) * table["batch_norm"] + noise))


def test_excluded_cells_cost_their_interaction_alone():
    table = excluded_study(lambda bn, _, __, act: bn and act == "selu")
    factors = ["batch_norm", "dropout", "attention", "activation"]
    found = analyze(table, "loss", factors, block="seed")
    assert left_out(found) == [("batch_norm", "activation")]
    assert set(found.interactions["term"]) == {
        ":".join(pair) for pair in combinations(factors, 2) if set(pair) != {"batch_norm", "activation"}
    }
    line = row(found.effects, factor="batch_norm")
    assert line.ci_low < np.log(0.9) < line.ci_high
    assert found.effects["se"].notna().all()
    pairs = " + ".join(
        f"C({a}, Sum):C({b}, Sum)"
        for a, b in combinations(factors, 2)
        if b != "activation" or a != "batch_norm"
    )
    main = " + ".join(f"C({f}, Sum)" for f in factors)
    fit = smf.ols(f"np.log(loss) ~ C(seed) + {main} + {pairs}", table).fit()
    close(line.estimate, -2 * fit.params["C(batch_norm, Sum)[S.False]"])
    close(line.se, 2 * fit.bse["C(batch_norm, Sum)[S.False]"])


def test_half_of_a_grid_keeps_what_it_tells():
    table = excluded_study(lambda bn, drop, *_: bn and drop)
    found = analyze(table, "loss", ["batch_norm", "dropout", "attention", "activation"], block="seed")
    assert left_out(found) == [("batch_norm", "dropout")]
    assert found.effects["se"].notna().all()


def test_what_nothing_connects_is_unknown_alone():
    """a is only compared within b=u, and level z of b is alone with level 9 of c."""
    rows = [(a, b, c, s) for a, b, c in [(0, "u", 1), (1, "u", 1), (0, "v", 1), (0, "u", 2), (0, "z", 9)]
            for s in range(3)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["a", "b", "c", "seed"])
    table["loss"] = np.random.default_rng(0).lognormal(size=len(table))
    found = analyze(table, "loss", ["a", "b", "c"], block="seed")
    unknown = found.effects[found.effects["estimate"].isna()]
    assert set(zip(unknown["factor"], unknown["level"], strict=True)) == {("b", "z"), ("c", "9")}
    notice = next(w for w in found.warnings if w.code == "not-estimable")
    assert notice.facts["contrasts"] == [("b", "z", "u"), ("c", "9", "1")]
    assert [names for names, _ in notice.facts["groups"]] == [("b", "c")]


def test_a_level_is_compared_with_one_that_the_runs_can_compare_it_with():
    """The reference was run only where nothing else was: the other levels are compared with each other."""
    rows = [("base", "x", s) for s in range(3)]
    rows += [(a, b, s) for a in ("one", "two") for b in ("y", "z") for s in range(3)]
    table = pd.DataFrame(rows, columns=["a", "b", "seed"])
    table["loss"] = np.random.default_rng(0).lognormal(size=len(table))
    found = analyze(table, "loss", ["a", "b"], block="seed").effects
    assert np.isnan(row(found, factor="a", level="one").estimate)
    assert row(found, factor="a", level="two").reference == "one"
    assert np.isfinite(row(found, factor="a", level="two").se)
    assert row(found, factor="b", level="z").reference == "y"


def known(found):
    """(factor, level) whose effect is told from all others, against whatever reference."""
    if found is None:
        return set()
    table = found.effects[found.effects["estimate"].notna()]
    return set(zip(table["factor"], table["level"], strict=True))


def try_to_analyze(table):
    try:
        return analyze(table, "y", ["a", "b", "c"], block="seed", scale="identity")
    except UsageError:
        return None


@given(st.integers(0, 10**9), st.integers(1, 40), st.integers(1, 40))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_more_rows_never_make_a_known_effect_unknown(seed, n_first, n_more):
    rng = np.random.default_rng(seed)
    levels = {"a": ["a0", "a1", "a2"], "b": ["b0", "b1"], "c": ["c0", "c1", "c2", "c3"]}
    n = n_first + n_more
    table = pd.DataFrame({
        name: pd.Categorical(rng.choice(own, n, p=rng.dirichlet(np.ones(len(own)))), own)
        for name, own in levels.items()
    }).assign(seed=rng.integers(0, 3, n), y=rng.normal(size=n))  # fmt: skip
    before, after = try_to_analyze(table.iloc[:n_first]), try_to_analyze(table)
    lost = known(before) - known(after)
    # The first level that was run with the others stands for them where the reference was not.
    assert all(stands_for_others(after, *one) for one in lost)
    if before is not None and before.fit.df_resid > 0:
        assert after.fit.df_resid > 0


def stands_for_others(found, factor, level):
    table = found.effects[found.effects["estimate"].notna() & (found.effects["factor"] == factor)]
    return (table["reference"] == level).any()


def test_factors_that_move_together_leave_the_others():
    cells = [(a, a, c, s) for a in (0, 1) for c in (0, 1) for s in range(4)]
    table = pd.DataFrame(cells, columns=["norm", "skip", "drop", "seed"])
    noise = np.random.default_rng(0).normal(0, 0.01, len(table))
    table["loss"] = np.exp(0.3 * table["norm"] + 0.2 * table["drop"] + noise)
    found = analyze(table, "loss", ["norm", "skip", "drop"], block="seed")
    assert found.effects.set_index("factor")["estimate"].isna().to_dict() == {
        "norm": True, "skip": True, "drop": False,
    }  # fmt: skip
    ((names, joint),) = next(w for w in found.warnings if w.code == "not-estimable").facts["groups"]
    assert names == ("norm", "skip")
    assert joint == pytest.approx(0.3, abs=0.02)
    with pytest.raises(UsageError, match="'norm' and 'skip', which always move together"):
        analyze(table, "loss", ["norm", "skip"], block="seed")
