"""The section on steadier training: there where it has something to say, and only there."""

import json

import numpy as np

from ablation.report.write import write_report

TITLE = "## What makes training steadier"
FACTORS = {
    "flags.batch_norm": [False, True],
    "flags.attention": ["none", "spatial"],
    "flags.dropout": [False, True],
}


def loss(config, seed):
    """Attention makes runs ten times noisier, and half of those with batch norm too fail."""
    spatial = config["flags.attention"] == "spatial"
    rng = np.random.default_rng([seed, *(len(str(v)) for v in config.values())])
    if spatial and config["flags.batch_norm"] and seed % 4 != 0:
        return float("nan")
    return float(np.exp((0.1 if spatial else 0.01) * rng.normal()))


def test_noisier_and_failing_levels_are_told(study, report):
    folder = study(factors=FACTORS, seeds=range(8), loss=loss)
    write_report(str(folder), figures=False)
    told = report(folder).split(TITLE)[1].split("\n## ")[0]
    assert (
        "attention (spatial − none) makes loss less steady. Between seeds its standard deviation is " in told
    )
    assert "With attention (spatial − none) runs fail more often: 12 of 32 instead of 0 of 32, " in told
    assert "| dropout" in told
    assert r"\caption{Odds that a run fails" in report(folder, "tables/failing.tex")
    (answer,) = json.loads(report(folder, "effects.json"))["responses"]
    verdicts = {row["factor"]: row["verdict"] for row in answer["dispersion"]}
    assert verdicts["flags.attention"] == "less steady"
    assert verdicts["flags.dropout"] == "inconclusive"


def test_there_is_no_section_where_nothing_was_shown(study, report):
    folder = study()
    write_report(str(folder), figures=False)
    assert TITLE not in report(folder)
