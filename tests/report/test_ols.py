"""The article's summary is statsmodels' own; other reports do without its regression."""

import subprocess
import sys
import warnings

import pandas as pd
import pytest

from ablation.analysis import analyze
from tests.analysis.conftest import load_case


def test_the_articles_own_table_has_the_coefficients_of_r():
    case = load_case("c02")
    factors = ["BatchNorm", "Dropout", "SpatialAttention", "Activation"]
    lines = [
        line.split() for line in analyze(case.table, "performance", factors).article_summary().splitlines()
    ]
    printed = {
        line[0]: float(line[1]) for line in lines if line and line[0] in case.expected["nointercept"]["coef"]
    }
    assert printed == pytest.approx(case.expected["nointercept"]["coef"], abs=5e-5)


@pytest.mark.parametrize("loss", [[1.0, 2.0, 3.0, 5.0], [1.0] * 40], ids=["few", "constant"])
def test_tables_that_statsmodels_warns_of_are_printed_without_a_word(loss):
    analysis = analyze(pd.DataFrame({"a": [0, 1] * (len(loss) // 2), "loss": loss}), "loss", ["a"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "OLS Regression Results" in analysis.article_summary()


def test_a_report_without_figures_imports_neither_matplotlib_nor_a_regression_library(study, root):
    factors = {"depth": [1, 2], "width": [8, 16], "kind": ["a", "b"]}
    folder = study(factors=factors, loss=lambda config, seed: config["depth"] + 0.1 * seed + config["width"])
    code = (
        "import sys; from ablation.report.__main__ import main; main([sys.argv[1], 'figures=false']); "
        "print([m for m in ('matplotlib', 'statsmodels.regression', 'scipy.stats') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, folder], cwd=root, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr
