"""Analysis of variance against R's car::Anova."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy import stats

from ablation.analysis import analyze
from tests.analysis.compare import close, row
from tests.analysis.conftest import FACTORS

NAMES = dict(zip("BDSA", FACTORS, strict=True))


def in_words(term: str, use_names: bool = True) -> str:
    return ":".join(NAMES.get(part, part) if use_names else part for part in term.split(":"))


def check_anova(table, expected, use_names=True):
    for term, numbers in expected.items():
        if term == "(Intercept)":
            continue
        found = row(table, term=in_words(term, use_names))
        close([found.sum_sq, found.df], [numbers["ss"], numbers["df"]])
        if numbers["F"] is not None:
            close(found.F, numbers["F"])
            close(found.p, numbers["p"], abs_=0)


@pytest.mark.parametrize(("order", "name"), [(1, "anova_main"), (2, "anova_2fi")])
def test_unreplicated_designs_match_r(c02, order, name):
    found = analyze(c02.table, "performance", FACTORS, scale="identity", interactions=order)
    check_anova(found.anova, c02.expected[name])


@pytest.mark.parametrize("anova_type", [2, 3])
def test_types_two_and_three_match_car_with_unequal_counts(c03, anova_type):
    found = analyze(c03.table, "loss", FACTORS, block="seed", anova_type=anova_type)
    check_anova(found.anova, c03.expected[f"anova{anova_type}"])


def test_f_tests_of_interactions_with_hc3_match_car(c03):
    found = analyze(c03.table, "loss", FACTORS, block="seed").anova
    for term, numbers in c03.expected["anova2_HC3"].items():
        if ":" in term:
            line = row(found, term=in_words(term))
            close(line.F_hc3, numbers["F"])
            close(line.p_hc3, numbers["p"], abs_=0)


def test_marginal_f_tests_with_hc3_are_the_squared_t_of_r(c03):
    found = analyze(c03.table, "loss", FACTORS, block="seed", anova_type=3).anova
    for term in ("B", "D", "S", "B:D", "B:S", "D:S"):
        coefficient = ":".join(f"{name}1" for name in term.split(":"))
        line = row(found, term=in_words(term))
        close(line.F_hc3, c03.expected["HC3"]["t"][coefficient] ** 2)
        close(line.p_hc3, c03.expected["HC3"]["p"][coefficient], abs_=0)


def car_type_two_f(fit, name):
    """R's definition, which the table does not print: orthogonal under the HC3 covariance itself."""
    term = next(t for t in fit.matrix.terms if t.name == name)
    above = [t.columns for t in fit.matrix.terms if t.contains(term)]
    chosen, k = np.concatenate([term.columns, *above]), len(term.columns)
    a = fit.coordinates((np.eye(fit.matrix.X.shape[1]) * fit.norms)[chosen])
    V = fit.hc3_covariance(a)
    L = np.linalg.qr(V[:, k:], mode="complete")[0][:, len(chosen) - k :].T if above else np.eye(k)
    b = L @ a @ fit.z
    return b @ np.linalg.solve(L @ V @ L.T, b) / k


def test_the_hc3_covariance_gives_car_s_own_type_two_tests(c03):
    fit = analyze(c03.table, "loss", FACTORS, block="seed").fit
    for term, numbers in c03.expected["anova2_HC3"].items():
        if numbers["F"] is not None and term != "seed":  # the block has no coefficients
            close(car_type_two_f(fit, in_words(term)), numbers["F"])


def two_by_three(seed, log_loss, n_seeds=6):
    cells = [(a, b, s) for a in (0, 1) for b in "xyz" for s in range(n_seeds)]
    table = pd.DataFrame(cells, columns=["a", "b", "seed"])
    noise = np.random.default_rng(seed).normal(0, 0.03, len(table)) * np.where(table["b"] == "z", 4, 1)
    return table.assign(loss=np.exp(log_loss(table) + noise))


def test_an_interaction_does_not_leak_into_main_effects_with_hc3():
    table = two_by_three(10, lambda t: 0.2 * (2 * t["a"] - 1) * (2 * (t["b"] == "x") - 1))
    found = analyze(table[table["b"] != "z"], "loss", ["a", "b"], block="seed")
    fit = smf.ols("np.log(loss) ~ C(seed) + C(a, Sum) * C(b, Sum)", table[table["b"] != "z"])
    p = fit.fit(cov_type="HC3", use_t=True).pvalues
    table = found.anova.set_index("term")["p_hc3"]
    close(table[["a", "b"]], p[["C(a, Sum)[S.0]", "C(b, Sum)[S.x]"]])
    close(table[["a", "b"]], found.effects["p_hc3"])
    assert np.isnan(table["seed"])


@pytest.mark.parametrize("anova_type", [2, 3])
@pytest.mark.parametrize("lost", [[3, 9, 10, 20], list(range(6))], ids=["unequal counts", "empty cell"])
def test_hc3_tests_the_hypothesis_of_the_classical_f(anova_type, lost):
    """D'X b = 0, where D is what a term's columns are beyond those of the smaller model."""
    table = two_by_three(1, lambda t: 0.1 * t["a"] * (t["b"] == "x")).drop(index=lost)
    found = analyze(table, "loss", ["a", "b"], block="seed", anova_type=anova_type)
    matrix, y = found.fit.matrix, np.log(table["loss"].to_numpy())
    X, n = np.hstack([matrix.X[matrix.cell], found.runs.block.columns]), matrix.X.shape[1]
    terms = [replace(matrix.terms[0], columns=np.arange(n, X.shape[1])), *matrix.terms[1:]]
    H = X @ np.linalg.pinv(X)
    meat = np.diag(((y - H @ y) / (1 - np.diag(H))) ** 2)
    for term in terms[1:]:
        left = [t for t in terms if t is not term and not (anova_type == 2 and t.contains(term))]
        smaller = X[:, np.concatenate([[0], *(t.columns for t in left)])]
        D = X[:, term.columns] - smaller @ np.linalg.pinv(smaller) @ X[:, term.columns]
        u, size, _ = np.linalg.svd(D, full_matrices=False)
        D = u[:, size > 1e-9]
        line = row(found.anova, term=term.name)
        assert line.df == D.shape[1]
        if line.df:
            F = y @ D @ np.linalg.solve(D.T @ meat @ D, D.T @ y) / line.df
            close([line.F_hc3, line.p_hc3], [F, stats.f.sf(F, line.df, found.fit.df_resid)])


def test_type_one_adds_up_to_the_total(c03):
    table = analyze(c03.table, "loss", FACTORS, block="seed", anova_type=1).anova
    logs = np.log(c03.table["loss"][np.isfinite(c03.table["loss"])])
    close(table["sum_sq"].sum(), ((logs - logs.mean()) ** 2).sum())


def test_lack_of_fit_compares_with_one_mean_per_cell(c03):
    expected = c03.expected["lack_of_fit_2fi_vs_saturated"]
    found = analyze(c03.table, "loss", FACTORS, block="seed").lack_of_fit.iloc[0]
    close([found.F, found.df, found.p], [expected["F"], expected["df"], expected["p"]])
