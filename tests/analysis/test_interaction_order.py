"""How many interactions are in the model: as many as the runs carry, whatever the response says."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from ablation.analysis import analyze
from tests.analysis.compare import close, noted, row

FACTORS = [f"f{i}" for i in range(12)]


@pytest.fixture(scope="module")
def random_search():
    """300 runs of 12 factors with three levels, drawn at random; one level adds 10 %."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.choice(list("abc"), (300, 12)), columns=FACTORS)
    return table.assign(loss=np.exp(np.log(1.1) * (table["f3"] == "b") + rng.normal(0, 0.05, 300)))


def test_a_true_effect_is_found_in_300_runs_of_12_factors(random_search):
    found = analyze(random_search, "loss", FACTORS)
    assert (found.order.highest, found.order.why) == (1, "wide")
    line = row(found.effects, factor="f3", level="b")
    main = " + ".join(FACTORS)
    fit = smf.ols(f"np.log(loss) ~ {main}", random_search).fit()
    close([line.estimate, line.se], [fit.params["f3[T.b]"], fit.bse["f3[T.b]"]])
    assert line.p < 1e-20
    verdicts = found.verdicts.set_index(["factor", "level"])["verdict"]
    assert verdicts["f3", "b"] == "hurts"
    assert (verdicts.drop(("f3", "b")) == "inconclusive").all()
    assert "11 residual degrees of freedom instead of 275" in noted(found, "wide-interactions")


def test_all_pairs_stay_where_they_are_asked_for(random_search):
    found = analyze(random_search, "loss", FACTORS, interactions=2)
    assert (found.order.highest, found.order.why, found.fit.df_resid) == (2, "asked", 11)
    assert row(found.verdicts, factor="f3", level="b").verdict == "inconclusive"
