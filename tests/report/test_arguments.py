"""The command line: what it takes, and what it says to what it does not."""

import pandas as pd
import pytest

from ablation.errors import UsageError
from ablation.report.__main__ import main
from ablation.report.arguments import KEYS, parse, table_settings

TABLE = pd.DataFrame(
    {
        "norm": [0, 1] * 12,
        "act": (["relu"] * 2 + ["elu"] * 2) * 6,
        "fold": sorted(list(range(6)) * 4),
        "loss": [1 + 0.1 * (i % 2) + 0.01 * (i % 5) + 0.05 * (i // 4) for i in range(24)],
    }
)


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    TABLE.to_csv("mine.csv", index=False)
    return "table=mine.csv"


def test_any_table_becomes_a_report_beside_it(table, tmp_path, capsys):
    code = main([table, "response=loss", "factors=[norm,act]", "block=fold", "figures=false"])
    assert code == 0
    text = (tmp_path / "mine-report/report.md").read_text()
    assert "24 rows of 2×2 levels: 4 of 4 cells occur, 6 values of fold as blocks; 24 finite" in text
    assert "norm hurts" in text
    assert "ablation report table=mine.csv response=loss" in text
    assert "mine-report/index.html" in capsys.readouterr().out


def test_a_parquet_file_and_an_output_folder_are_taken_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    TABLE.to_parquet("mine.parquet")
    settings = ["table=mine.parquet", "response=loss", "factors=norm", "output=here/it", "figures=false"]
    assert main(settings) == 0
    assert (tmp_path / "here/it/index.html").exists()


@pytest.mark.usefixtures("table")
def test_a_table_may_be_named_like_a_study(tmp_path):
    assert main(["mine.csv", "response=loss", "factors=[norm,act]", "block=fold", "figures=false"]) == 0
    assert (tmp_path / "mine-report/report.md").exists()


def test_settings_reach_the_analysis(table, tmp_path):
    settings = ["responses=[loss,act2]", "factors=[norm]", "numeric=[fold]", "margin=1e-1", "scale=identity"]
    assert main([table, *settings, "direction=higher", "figures=false"]) == 0
    text = (tmp_path / "mine-report/report.md").read_text()
    assert "loss, higher is better" in text
    assert "identity scale: asked for" in text
    assert "smallest effect that matters: 0.1 in loss" in text
    assert "fold" in text
    assert "Expected a column 'act2' in the table" in text


def test_blocks_a_reference_a_filter_and_a_target_are_taken():
    values = parse(
        ["table=x.csv", "response=bias", "factors=[a]", "block=[data,seed]", "reference={a: 'x,y'}",
         "where=State=finished and lr in [1, 2]", "direction=zero"]
    ).values  # fmt: skip
    asked = table_settings(values)
    assert asked.block == ["data", "seed"]
    assert asked.reference == {"a": "x,y"}
    assert asked.where == "State=finished and lr in [1, 2]"
    assert asked.request("bias").target == 0


def test_names_with_commas_and_words_like_true_stay_names():
    values = parse(
        ["table=x.csv", "response=on", "factors=['a,b', yes, 1]", "directions={on: higher}"]
    ).values
    asked = table_settings(values)
    assert asked.factors == ["a,b", "yes", "1"]
    assert asked.responses == ["on"]
    assert asked.directions == {"on": "higher"}


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ([], "Received: nothing"),
        (["--figures"], "ablation report runs/quick"),
        (["a", "b", "c"], "Received: a b c"),
        (["table=mine.csv", "factors=[norm]"], "response: expected the column"),
        (["table=mine.csv", "response=loss"], "factors: expected the columns"),
        (["table=mine.csv", "respones=loss"], "Did you mean response"),
        (["table=mine.csv", "response=loss", "factors=[norm]", "margin=wide"], "margin: expected"),
        (["table=mine.csv", "response=loss", "factors=[norm]", "margin=-1"], "Expected 0 < margin"),
        (
            ["table=mine.csv", "response=loss", "factors=[norm]", "direction=up"],
            "direction to be one of 'lower', 'higher'",
        ),
        (["table=mine.csv", "response=loss", "factors=[nrom]"], "Expected columns nrom"),
        (["table=mine.csv", "response=loss", "factors=[norm]", "block=seed"], "Expected columns seed"),
        (["table=none.csv", "response=loss", "factors=[norm]"], "does not exist"),
        (["table=mine.csv", "response=los", "factors=[norm]"], "Expected columns los"),
        (["table=mine.csv", "response=loss", "factors=[norm,loss]"], "a response that is no factor"),
        (["runs/quick", "margin=1"], "runs/quick: expected a study, a table"),
        (["no/such/folder"], "no such folder"),
        (["notes.txt"], "no such folder"),
        (["notes.txt", "study=x"], "Received: notes.txt, which does not exist"),
        (["mine.csv", "source=optuna"], "mine.csv: expected an SQLite database"),
        (["mine.csv", "source=zebra"], "source: expected one of wandb, optuna"),
        (["sqlite:///none.db"], "none.db: expected an SQLite database. Received: no such file"),
        (
            ["postgresql://me:secret@127.0.0.1:1/x"],
            "postgresql://me:***@127.0.0.1:1/x: expected a server that",
        ),
        (["mysql://me:secret@host/x"], "Received: mysql://me:***@host/x. Name its tool"),
        ([".", "source=dvc"], "Is a directory"),
        (["table=mine.csv", "response=loss", "factors=[norm]", "directions={los: higher}"], "Received: los"),
        (["table=mine.csv", "response=loss", "factors=[norm]", "block=norm"], "a block that is no factor"),
        (["table=mine.csv", "figures=maybe"], "figures: expected true or false"),
        (["table=mine.csv", "response=acc", "factors=[norm]"], "Say direction=higher or direction=lower"),
        (
            ["table=mine.csv", "response=loss", "factors=[norm]", "reference=x"],
            "reference: expected the level",
        ),
        (
            ["table=mine.csv", "response=loss", "factors=[norm]", "reference={act: elu}"],
            "factors with levels",
        ),
        (["table=mine.csv", "response=loss", "factors=[norm]", "reference={norm: 7}"], "a level of 'norm'"),
        (
            ["table=mine.csv", "response=loss", "factors=[norm]", "where=norm~1"],
            "where: expected comparisons",
        ),
        (["table=mine.csv", "response=loss", "factors=[norm]", "where=act=gelu"], "which none does"),
        (
            ["table=mine.csv", "response=loss", "factors=[norm]", "block=[fold,norm]"],
            "a block that is no factor",
        ),
    ],
)
def test_a_wrong_argument_is_a_sentence_and_code_2(capsys, settings, sentence):
    assert main(settings) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("ragged.csv", b"a,loss\n1,2\n1,2,3\n"),
        ("latin.csv", "a,loss\né,2\n".encode("latin-1")),
        ("damaged.parquet", b"PAR1 and nothing else"),
    ],
)
def test_a_file_that_is_no_table_is_a_sentence_and_code_2(tmp_path, capsys, name, content):
    (tmp_path / name).write_bytes(content)
    assert main([f"table={tmp_path / name}", "response=loss", "factors=[a]"]) == 2
    assert f"Expected a table of runs in {tmp_path / name}: CSV in UTF-8" in capsys.readouterr().err


def test_an_unknown_key_is_told_all_valid_ones():
    with pytest.raises(UsageError, match=", ".join(KEYS)):
        parse(["tabel=x.csv"])


def test_help_is_no_mistake(capsys):
    assert main(["--help"]) == 0
    assert "figures=false" in capsys.readouterr().out


def test_too_little_data_is_code_3(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    TABLE.head(1).to_csv("one.csv", index=False)
    assert main(["table=one.csv", "response=loss", "factors=[norm]", "figures=false"]) == 3
    assert "Nothing can be concluded yet" in (tmp_path / "one-report/index.html").read_text()
