"""Factors that enter as numbers: a line over their values, or over their logarithms."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from ablation.analysis import analyze
from ablation.errors import UsageError
from tests.analysis.compare import close, row
from tests.analysis.conftest import CASES

LOG_RANGE = CASES / "public" / "08_log_range.csv"
FACTORS = ["lrate", "optimizer", "batch_size"]


def test_a_rate_over_decades_as_a_line_in_its_logarithm():
    found = analyze(LOG_RANGE, "loss", FACTORS, numeric={"lrate": "log"}, interactions=2)
    line = row(found.verdicts, factor="lrate")
    told = [line.percent, line.percent_low, line.percent_high]
    np.testing.assert_allclose(told, [-10.3, -13.6, -6.9], atol=0.3)
    table = pd.read_csv(LOG_RANGE)
    place = np.log10(table["lrate"])
    table = table.assign(x=place - place.mean(), y=np.log(table["loss"]))
    fit = smf.ols("y ~ (x + C(optimizer, Sum) + C(batch_size, Sum))**2", table).fit()
    effect = row(found.effects, factor="lrate")
    close([effect.estimate, effect.se], np.ptp(place) * np.array([fit.params["x"], fit.bse["x"]]))
    assert not any(w.code == "wide-number" for w in found.warnings)


def test_60_runs_drawn_at_random_carry_the_line_without_pairs():
    found = analyze(LOG_RANGE, "loss", FACTORS, numeric={"lrate": "log"})
    assert found.order.why == "wide"
    line = row(found.verdicts, factor="lrate")
    assert line.percent_low < -6.9 < line.percent_high  # the truth
    assert line.verdict == "keep"


def test_a_straight_line_over_decades_is_said_to_be_one():
    found = analyze(LOG_RANGE, "loss", FACTORS, numeric=["lrate"])
    ((factor, decades),) = next(w for w in found.warnings if w.code == "wide-number").facts["numbers"]
    assert factor == "lrate"
    assert decades == pytest.approx(2.857, abs=0.001)


def test_a_straight_line_within_a_decade_goes_without_saying():
    rows = [(d, s, 1 + d / 10 + s / 100) for d in (2, 4, 8) for s in (1, 2, 4)]
    table = pd.DataFrame(rows, columns=["depth", "seed", "loss"])
    found = analyze(table, "loss", ["depth"], block="seed", numeric={"depth": "linear"})
    assert not any(w.code == "wide-number" for w in found.warnings)
    same = analyze(table, "loss", ["depth"], block="seed", numeric="depth")
    pd.testing.assert_frame_equal(found.effects, same.effects)


@pytest.mark.parametrize(
    ("numeric", "message"),
    [({"rate": "log"}, "values above 0 for the logarithm of 'rate'"), ({"rate": "cubic"}, "'linear', 'log'")],
)
def test_what_has_no_line_is_refused(numeric, message):
    table = pd.DataFrame({"rate": [0.0, 0.1, 0.2, 0.3], "loss": [1.0, 2.0, 2.5, 3.1]})
    with pytest.raises(UsageError, match=message):
        analyze(table, "loss", ["rate"], numeric=numeric)
