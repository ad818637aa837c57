"""The article's summary without statsmodels' regression is statsmodels' own, character by character."""

import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from ablation.analysis import analyze
from ablation.analysis.article import summary as ols
from tests.analysis.conftest import load_case


def without_time(text):
    return re.sub(r"Time: +\S+", "", text)


def tables():
    rng = np.random.default_rng(3)
    for n, scale in ((40, 1.0), (96, 1e-6), (200, 1e5), (1000, 0.1)):
        a, b = rng.integers(0, 2, n), rng.integers(0, 4, n)
        y = scale * (1 + 0.3 * a + rng.gamma(2.0, 0.2, n))
        yield pd.DataFrame({"flags.norm": a > 0, "activation": np.array(list("wxyz"))[b], "loss": y})


@pytest.mark.parametrize("table", list(tables()), ids=["40", "96", "200", "1000"])
def test_the_summary_is_what_statsmodels_prints(table):
    analysis = analyze(table, "loss", ["flags.norm", "activation"])
    assert ols._usual_fit(analysis) is not None
    assert without_time(ols.article_summary(analysis)) == without_time(str(analysis.article_ols().summary()))
    expected = analysis.article_deviations()
    found = ols.article_deviations(analysis)
    assert list(found["column"]) == list(expected["column"])
    for name in expected.columns[1:]:
        assert found[name].to_numpy() == pytest.approx(expected[name].to_numpy(), rel=1e-9), name


def test_the_articles_own_table_gets_the_coefficients_of_r():
    case = load_case("c02")
    factors = ["BatchNorm", "Dropout", "SpatialAttention", "Activation"]
    analysis = analyze(case.table, "performance", factors)
    shown = ols.article_summary(analysis)
    assert without_time(shown) == without_time(str(analysis.article_ols().summary()))


@pytest.mark.filterwarnings("ignore")  # of statsmodels, asked for its own summary
def test_unusual_tables_are_left_to_statsmodels():
    few = pd.DataFrame({"a": [0, 0, 1, 1], "loss": [1.0, 2.0, 3.0, 5.0]})
    constant = pd.DataFrame({"a": [0, 1] * 20, "loss": 1.0})
    for table in (few, constant):
        analysis = analyze(table, "loss", ["a"])
        assert ols._usual_fit(analysis) is None
        expected = str(analysis.article_ols().summary())
        assert without_time(ols.article_summary(analysis)) == without_time(expected)


def test_normal_scores_of_skewness_and_kurtosis_are_scipys():
    from scipy import stats

    for n in (20, 50, 500):
        sample = np.random.default_rng(n).gamma(3.0, size=n)
        z = (sample - sample.mean()) / sample.std()
        assert ols.skew_z(np.mean(z**3), n) == pytest.approx(stats.skewtest(sample).statistic)
        assert ols.kurtosis_z(np.mean(z**4), n) == pytest.approx(stats.kurtosistest(sample).statistic)


def test_a_report_without_figures_imports_neither_matplotlib_nor_a_regression_library(study, root):
    code = (
        "import sys; from ablation.report.__main__ import main; main([sys.argv[1], 'figures=false']); "
        "print([m for m in ('matplotlib', 'statsmodels.regression', 'scipy.stats') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, study()], cwd=root, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr
