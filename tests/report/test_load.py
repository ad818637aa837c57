"""What is read of a study and of a table, before anything is written."""

import re

import numpy as np
import pandas as pd
import pytest

from ablation.errors import UsageError
from ablation.naming import cell_label
from ablation.report import load
from ablation.report.load import TableSettings, load_study, load_table
from ablation.report.sections.header import ended
from ablation.report.sections.paper import summaries
from ablation.results import gather, open_store


def test_a_password_in_the_address_of_rows_is_not_told(study, monkeypatch):
    folder = study()
    real = load.open_existing(str(folder))

    class Stored:
        place = "postgresql+psycopg://user:***@host/database#made"
        scan = real.scan

    monkeypatch.setattr(load, "open_existing", lambda _: Stored())
    found = load_study("postgresql+psycopg://user:secret@host/database#made")
    assert "secret" not in found.source + found.command


def test_directions_are_the_records_and_what_a_name_says_where_it_is_silent(study):
    folder = study(
        measured=lambda _, s: {"auroc": 0.5 + 0.1 * s, "seconds_each": 1.0 + s},
        responses=["loss", "auroc", "seconds_each"],
        direction="lower",
        directions={"auroc": "higher"},
    )
    told = {a.response: a.direction for a in load_study(str(folder)).answers}
    assert told == {"loss": "lower", "auroc": "higher", "seconds_each": "lower"}


def test_the_margin_is_the_first_responses_alone(study):
    folder = study(
        measured=lambda *_: {"auroc": 0.5},
        responses=["loss", "auroc"],
        margin=2.0,
        directions={"auroc": "higher"},
    )
    margins = [a.analysis.request.margin for a in load_study(str(folder)).answers]
    assert margins == [2.0, None]


def test_the_reference_cell_is_the_records_or_the_first_levels(study):
    assert load_study(str(study())).reference == {
        "flags.batch_norm": "False", "flags.attention": "none", "flags.activation": "relu"
    }  # fmt: skip
    other = {"flags.batch_norm": True, "flags.attention": "none", "flags.activation": "elu"}
    found = load_study(str(study(reference=other)))
    assert cell_label(found.reference, found.factors, found.labels) == "batch_norm · elu"


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
    found = load_table(TableSettings(str(tmp_path / "t.csv"), ["loss"], ["a"]))
    assert found.factors == {"a": ["None", "x"]}
    assert found.main.analysis.n_runs == 6
    assert list(found.values("loss")[:6]) == [1.0, 2.0, 1.1, 2.1, 1.2, 2.2]
    assert np.isnan(found.values("loss")[6:]).all()


@pytest.mark.parametrize(
    "levels", [[3, 1, 2], [True, False], [2.0, 1.0], ["null", "None", "x"], [False, "x", 3]]
)
def test_a_report_of_the_folder_the_parquet_file_and_the_csv_are_the_same(study, levels):
    def loss(config, seed):
        return 1.0 + 0.3 * levels.index(config["x"]) + 0.01 * (seed**2 % 5)

    folder = study(factors={"x": levels, "norm": [False, True]}, loss=loss, seeds=[0, 1, 2])
    gather(folder)
    swept = load_study(str(folder))
    for name in ("results.parquet", "results.csv"):
        found = load_table(TableSettings(str(folder / name), ["loss"], ["x", "norm"], ["seed"]))
        assert found.factors == swept.factors
        assert found.reference == swept.reference
        pd.testing.assert_frame_equal(found.main.analysis.verdicts, swept.main.analysis.verdicts)
        assert [found.cell_name(i) for i in range(6)] == [swept.cell_name(i) for i in range(6)]


def test_a_filter_a_reference_and_several_blocks_reach_the_analysis(tmp_path):
    rows = [(a, d, s, 1 + 0.2 * (a == "adam") + 0.01 * (s**2 % 5) + d, s < 9)
            for a in ("adam", "sgd") for d in (0, 1) for s in range(10)]  # fmt: skip
    pd.DataFrame(rows, columns=["opt", "data", "fold", "loss", "use"]).to_csv(tmp_path / "t.csv", index=False)
    found = load_table(
        TableSettings(str(tmp_path / "t.csv"), ["loss"], ["opt"], ["data", "fold"], reference={"opt": "sgd"},
              where="use=true and fold>=1")
    )  # fmt: skip
    analysis = found.main.analysis
    assert (analysis.n_runs, len(found.table), found.block) == (32, 32, "data × fold")
    assert found.factors == {"opt": ["sgd", "adam"]}
    assert found.reference == {"opt": "sgd"}
    assert set(analysis.effects["reference"]) == {"sgd"}
    assert found.table["seed"].nunique() == 16


def test_a_distance_from_a_target_is_a_response_of_the_report(tmp_path):
    rows = [(a, s, (-1) ** s * (0.5 + 0.3 * a) + 0.01 * s, 0.5 + 0.1 * a) for a in (0, 1) for s in range(6)]
    pd.DataFrame(rows, columns=["a", "fold", "bias", "ratio"]).to_csv(tmp_path / "t.csv", index=False)
    found = load_table(
        TableSettings(
            str(tmp_path / "t.csv"),
            ["bias", "ratio"],
            ["a"],
            ["fold"],
            directions={"bias": "zero", "ratio": "1"},
        )
    )
    assert [answer.response for answer in found.answers] == ["|bias|", "|ratio - 1|"]
    assert found.values("|bias|").tolist()[:3] == pytest.approx([0.5, 0.49, 0.52])
    assert found.values("|ratio - 1|").tolist() == pytest.approx([0.5] * 6 + [0.4] * 6)
    assert [answer.direction for answer in found.answers] == ["lower", "lower"]


def test_a_study_that_was_never_swept_is_a_sentence(tmp_path):
    with pytest.raises(UsageError, match="expected a study that has been swept"):
        load_study(str(tmp_path))
    with pytest.raises(UsageError, match="no such folder"):
        load_study(str(tmp_path / "nowhere"))


def test_a_table_whose_index_repeats_names_the_right_run(tmp_path):
    rows = [(a, s, 1 + 0.1 * a + 0.01 * (s % 3)) for a in (0, 1) for s in range(6)]
    frame = pd.DataFrame(rows, columns=["a", "seed", "loss"])
    frame.loc[2, "loss"] = 2.5
    repeated = pd.concat(
        [frame[frame["a"] == 0].reset_index(drop=True), frame[frame["a"] == 1].reset_index(drop=True)]
    )
    repeated.to_parquet(tmp_path / "t.parquet")
    found = load_table(TableSettings(str(tmp_path / "t.parquet"), ["loss"], ["a"], ["seed"]))
    assert list(found.table.index) == list(range(12))
    influence = found.main.analysis.diagnostics.influence
    assert influence.set_index("run")["studentized"].abs().idxmax() in (
        2,
        8,
    )  # the run, or its partner of the block


def test_an_index_with_a_name_is_a_column(tmp_path):
    rows = [(a, s, 1 + 0.1 * a + 0.01 * (s % 3)) for a in (0, 1) for s in range(6)]
    pd.DataFrame(rows, columns=["a", "seed", "loss"]).set_index(["a", "seed"]).to_parquet(
        tmp_path / "t.parquet"
    )
    found = load_table(TableSettings(str(tmp_path / "t.parquet"), ["loss"], ["a"], ["seed"]))
    assert found.main.analysis.n_runs == 12


def test_a_level_may_be_infinite(tmp_path):
    rows = [(clip, s, 1.0 + 0.01 * s + (clip > 2)) for clip in (1.0, float("inf")) for s in range(4)]
    pd.DataFrame(rows, columns=["clip", "seed", "loss"]).to_parquet(tmp_path / "t.parquet")
    found = load_table(TableSettings(str(tmp_path / "t.parquet"), ["loss"], ["clip"], ["seed"]))
    assert found.factors == {"clip": ["1.0", "inf"]}


def test_rows_that_do_not_count_are_in_no_table_and_are_told(tmp_path):
    rows = [(a, s, 1 + 0.1 * a + 0.0137 * s**2 / (2 + a)) for a in (0, 1) for s in range(5)]
    frame = pd.DataFrame(rows, columns=["a", "seed", "loss"])
    doubled = pd.concat([frame, frame.iloc[:3], pd.DataFrame({"a": [None], "seed": [9], "loss": [0.1]})])
    doubled.to_parquet(tmp_path / "t.parquet")
    found = load_table(TableSettings(str(tmp_path / "t.parquet"), ["loss"], ["a"], ["seed"]))
    assert ended(found) == "10 finite, 4 left out"
    assert [(cell.attempted, cell.n["loss"]) for cell in summaries(found)] == [(5, 5), (5, 5)]
    assert summaries(found)[0].mean["loss"] == pytest.approx(frame.loc[frame["a"] == 0, "loss"].mean())


def test_a_status_without_an_ok_is_none(tmp_path):
    rows = [(a, s, 1 + 0.1 * a + 0.01 * (s % 3), "finished") for a in (0, 1) for s in range(4)]
    pd.DataFrame(rows, columns=["a", "seed", "loss", "status"]).to_csv(tmp_path / "t.csv", index=False)
    assert ended(load_table(TableSettings(str(tmp_path / "t.csv"), ["loss"], ["a"], ["seed"]))) == "8 finite"


def test_a_response_called_as_a_column_of_every_table_is_that_of_the_runs(study):
    folder = study(measured=lambda _, s: {"seconds": 5.0 + s}, responses=["loss", "seconds"])
    found = load_study(str(folder))
    assert [a.response for a in found.answers] == ["loss", "response.seconds"]
    assert set(found.values("response.seconds")) == {5.0 + s for s in set(found.table["seed"])}


@pytest.mark.parametrize(
    ("losses", "factors", "separator", "told"),
    [
        (["0.5", "0.6", "51.09%", "0.4"], ["a"], ",", "1 entry such as '51.09%'"),
        (["986.5", '"1,009.5"', '"1,020.5"', "900"], ["a"], ",", "2 entries such as '1,009.5'"),
        (["0.5", "0.6", "0.5", "0.4"], ["a,seed"], ",", "Write several as [a,seed]."),
    ],
)
def test_what_is_meant_otherwise_than_it_is_read_is_refused(tmp_path, losses, factors, separator, told):
    lines = ["a,seed,loss", *(f"{i % 2},{i // 2},{loss}" for i, loss in enumerate(losses))]
    (tmp_path / "t.csv").write_text("\n".join(lines).replace(",", separator))
    with pytest.raises(UsageError, match=re.escape(told)):
        load_table(TableSettings(str(tmp_path / "t.csv"), ["loss"], factors))


def test_a_run_that_failed_may_say_so_in_words(tmp_path):
    rows = [(a, s, str(1 + 0.1 * a + 0.0137 * s**2)) for a in (0, 1) for s in range(4)]
    frame = pd.DataFrame(rows, columns=["a", "seed", "loss"])
    frame.loc[0, "loss"] = "diverged"
    frame.to_csv(tmp_path / "t.csv", index=False)
    assert (
        ended(load_table(TableSettings(str(tmp_path / "t.csv"), ["loss"], ["a"], ["seed"])))
        == "7 finite, 1 failed"
    )


@pytest.mark.parametrize(
    ("levels", "reference"),
    [
        ([1, 2.5], 1),
        ([0.5, 1], 1),
        ([None, "a"], None),
        ([[1, 2], [3]], [3]),
        ([True, 1], True),
        (["none", "spatial"], "spatial"),
    ],
)
def test_the_reference_cell_is_found_whatever_its_levels_are(study, levels, reference):
    folder = study(factors={"x": levels, "flags.batch_norm": [False, True]}, reference={"x": reference})
    found = load_study(str(folder))
    code = found.reference_code
    rows = found.table[found.cells == code]
    store = open_store(folder).scan()
    configs = [store.rows[key].config for key in rows["key"]]
    assert len(configs) == 3
    assert all(repr(config["x"]) == repr(reference) for config in configs)
    assert not any(config["flags.batch_norm"] for config in configs)
    assert found.reference == found.levels_of(int(found.one_per_cell[code]))
    assert set(found.factors["x"]) == {found.levels_of(int(row))["x"] for row in found.one_per_cell}
