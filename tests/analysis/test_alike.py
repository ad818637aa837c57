"""Many runs of one cell and seed are looked at together: the numbers are those of every run by itself."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from ablation.analysis import analyze
from ablation.analysis.model.means import contrast_rows
from ablation.analysis.verdicts.conservative import robust_errors
from tests.analysis.compare import close, row


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(3)
    codes = rng.integers(0, (3, 2), (1500, 2))
    table = pd.DataFrame({"a": np.array(list("xyz"))[codes[:, 0]], "b": np.array(list("uv"))[codes[:, 1]]})
    table["seed"] = rng.integers(0, 4, 1500)
    table["loss"] = 3 + 0.1 * codes[:, 0] + rng.normal(0, 0.2, 1500) * (1 + codes[:, 1])
    lone = pd.DataFrame({"a": ["zz"], "b": ["u"], "seed": [0], "loss": [2.0]})  # its leverage is one
    return pd.concat([table, lone], ignore_index=True)


@pytest.fixture(scope="module")
def found(table):
    return analyze(table, "loss", ["a", "b"], block="seed", scale="identity", interactions=1)


@pytest.fixture(scope="module")
def known(table):
    return smf.ols('loss ~ C(a, Treatment("x")) + C(b) + C(seed)', table).fit()


def test_leverage_and_hc3_are_those_of_statsmodels(found, known):
    influence = known.get_influence()
    close(found.fit.leverage[:-1], influence.hat_matrix_diag[:-1])
    hc3 = known.get_robustcov_results("HC3")
    at = known.model.exog_names.index('C(a, Treatment("x"))[T.y]')
    close(row(found.effects, level="y").se_hc3, hc3.bse[at])


def test_the_error_behind_verdicts_is_hc2_of_statsmodels_with_satterthwaite_s_degrees_of_freedom(
    found, known
):
    at = known.model.exog_names.index("C(b)[T.v]")
    names, L = contrast_rows(found.fit, found.runs.predictors)
    ((se, df),) = robust_errors(found.fit, L, found.runs, found.fit.residuals**2, found.fit.variance)
    mine = list(names["level"]).index("v")
    X, kept = known.model.exog, slice(0, -1)
    share = (X @ np.asarray(known.normalized_cov_params)[at]) ** 2
    room = 1 - known.get_influence().hat_matrix_diag
    close(se[mine], np.sqrt((share[kept] / room[kept]) @ np.asarray(known.resid)[kept] ** 2))
    close(df[mine], share.sum() ** 2 / np.sum(share[kept] ** 2))


def test_outliers_and_what_they_leave_are_those_of_single_runs(table):
    wild = table.assign(loss=np.where(table.index == 700, 9.0, table["loss"]))
    found = analyze(wild, "loss", ["a", "b"], block="seed", scale="identity", interactions=1)
    known = smf.ols("loss ~ C(a) + C(b) + C(seed)", wild[wild["a"] != "zz"]).fit()
    close(
        found.diagnostics.outliers["studentized"].iloc[0],
        known.get_influence().resid_studentized_external[700],
    )
    assert found.diagnostics.outliers.index[0] == 700
