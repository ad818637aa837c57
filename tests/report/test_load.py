"""What is read of a study and of a table, before anything is written."""

import numpy as np
import pandas as pd
import pytest

from ablation.errors import UsageError
from ablation.report import load
from ablation.report.load import Asked, load_study, load_table


def test_a_password_in_the_address_of_rows_is_not_told(study, monkeypatch):
    folder = study()
    real = load.open_store(str(folder))

    class Stored:
        place = "postgresql+psycopg://user:***@host/database#made"
        load_study, scan = real.load_study, real.scan

    monkeypatch.setattr(load, "open_store", lambda _: Stored())
    found = load_study("postgresql+psycopg://user:secret@host/database#made")
    assert "secret" not in found.source + found.command


def test_directions_are_the_records_and_lower_where_it_is_silent(study):
    folder = study(
        measured=lambda _, s: {"auroc": 0.5 + 0.1 * s, "seconds_each": 1.0 + s},
        responses=["loss", "auroc", "seconds_each"],
        direction="lower",
        directions={"auroc": "higher"},
    )
    told = {a.response: a.direction for a in load_study(str(folder)).answers}
    assert told == {"loss": "lower", "auroc": "higher", "seconds_each": "lower"}


def test_the_margin_is_the_first_responses_alone(study):
    folder = study(measured=lambda *_: {"auroc": 0.5}, responses=["loss", "auroc"], margin=2.0)
    margins = [a.analysis.request.margin for a in load_study(str(folder)).answers]
    assert margins == [2.0, None]


def test_the_reference_cell_is_the_records_or_the_first_levels(study):
    assert load_study(str(study())).reference == {
        "flags.batch_norm": "False", "flags.attention": "none", "flags.activation": "relu"
    }  # fmt: skip
    other = {"flags.batch_norm": True, "flags.attention": "none", "flags.activation": "elu"}
    found = load_study(str(study(reference=other)))
    assert found.label(found.reference) == "batch_norm · elu"


def test_factors_that_are_numbers_are_judged_over_their_range(study):
    factors = {"depth": [1, 2, 4], "norm": [False, True]}
    folder = study(
        factors=factors, numeric=["depth"], loss=lambda c, s: 1 + 0.1 * c["depth"] + 0.01 * (s % 2)
    )
    verdicts = load_study(str(folder)).main.analysis.verdicts
    assert list(verdicts["level"]) == ["4", "True"]


def test_a_tables_status_column_and_levels_are_respected(tmp_path):
    rows = {
        "a": ["None", "x"] * 4,
        "loss": [1.0, 2.0, 1.1, 2.1, 1.2, 2.2, 9.0, 9.1],
        "status": ["ok"] * 6 + ["diverged"] * 2,
    }
    pd.DataFrame(rows).to_csv(tmp_path / "t.csv", index=False)
    found = load_table(Asked(str(tmp_path / "t.csv"), ["loss"], ["a"]))
    assert found.factors == {"a": ["None", "x"]}
    assert found.main.analysis.n_runs == 6
    assert list(found.values("loss")[:6]) == [1.0, 2.0, 1.1, 2.1, 1.2, 2.2]
    assert np.isnan(found.values("loss")[6:]).all()


def test_a_study_that_was_never_swept_is_a_sentence(tmp_path):
    with pytest.raises(UsageError, match="expected a study that has been swept"):
        load_study(str(tmp_path / "nowhere"))
