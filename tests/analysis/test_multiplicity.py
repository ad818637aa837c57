"""Adjustments of p values, against Benjamini and Hochberg's own example."""

import numpy as np

from ablation.analysis.probability.multiplicity import benjamini_hochberg, holm
from tests.analysis.compare import close
from tests.analysis.conftest import load_case


def test_holm_and_benjamini_hochberg_match_r():
    case = load_case("c17")
    p = case.table["p"]
    close(holm(p), case.expected["holm"])
    close(benjamini_hochberg(p), case.expected["BH"])
    assert (holm(p) < 0.05).sum() == case.expected["n_reject"]["holm"]
    assert (benjamini_hochberg(p) < 0.05).sum() == case.expected["n_reject"]["BH"]


def test_tests_that_were_not_made_do_not_count():
    p = np.array([0.03, np.nan, 0.01])
    close(holm(p), [0.03, np.nan, 0.02])
    close(benjamini_hochberg(p), [0.03, np.nan, 0.02])
    assert holm(np.array([])).shape == (0,)
