"""Files become the same table whatever their format, and what is none is told in a sentence."""

import bz2
import gzip
import json
import lzma
import re

import pandas as pd
import pyarrow as pa
import pytest

from ablation.analysis.data.reading import read_table
from ablation.errors import UsageError

FRAME = pd.DataFrame(
    {"act": ["None", "NA", "null", "elu"], "on": [True, False, True, False], "lr": [0.1, 0.01, 0.1, 0.01],
     "n": [64, 128, 64, 128], "loss": [1.5, float("inf"), 2.5, 3.5]}
)  # fmt: skip


COMPRESSIONS = {"": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}


def written(folder, name, frame=FRAME):
    path = folder / name
    writers = {
        "csv": lambda: frame.to_csv(index=False).encode(),
        "tsv": lambda: frame.to_csv(index=False, sep="\t").encode(),
        "jsonl": lambda: "\n".join(json.dumps(r) for r in frame.to_dict("records")).encode(),
        "ndjson": lambda: "\n".join(json.dumps(r) for r in frame.to_dict("records")).encode(),
        "json": lambda: json.dumps(frame.to_dict("records")).encode(),
    }
    kind = name.split(".")[1]
    if kind in writers:
        path.write_bytes(
            COMPRESSIONS["." + name.split(".")[2] if name.count(".") > 1 else ""](writers[kind]())
        )
    elif kind == "parquet":
        frame.to_parquet(path)
    else:
        frame.to_feather(path)
    return path


@pytest.mark.parametrize(
    "name",
    ["t.csv", "t.tsv", "t.jsonl", "t.ndjson", "t.json", "t.parquet", "t.feather", "t.csv.gz", "t.tsv.bz2",
     "t.jsonl.xz"],
)  # fmt: skip
def test_every_format_gives_the_same_levels_and_numbers(tmp_path, name):
    found = read_table(written(tmp_path, name))
    assert list(found.columns) == list(FRAME.columns)
    assert found["act"].tolist() == FRAME["act"].tolist()
    assert [str(v) for v in found["on"]] == ["True", "False", "True", "False"]
    for column in ("lr", "n", "loss"):
        assert pd.to_numeric(found[column]).tolist() == FRAME[column].tolist()


def test_zst_is_read_without_another_library(tmp_path):
    with pa.CompressedOutputStream(pa.OSFile(str(tmp_path / "t.csv.zst"), "wb"), "zstd") as file:
        file.write(FRAME.to_csv(index=False).encode())
    assert read_table(tmp_path / "t.csv.zst")["act"].tolist() == FRAME["act"].tolist()


def test_nested_json_becomes_columns_with_dots(tmp_path):
    lines = [{"config": {"lr": 0.1, "units": [3, 2]}, "loss": float("nan")}, {"config": {"lr": 1}, "loss": 2}]
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n\n")
    found = read_table(tmp_path / "t.jsonl")
    assert list(found.columns) == ["config.lr", "config.units", "loss"]
    assert found["config.units"].iloc[0] == "[3, 2]"
    assert found["loss"].isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("t.csv", "a,loss,loss\n1,2,3\n1,2,4\n", "'loss' as column 2 and as column 3, with different values"),
        ("t.csv", "a,loss\n1,2\n3\n", "fewer in line 3"),
        ("t.csv", "a,loss\n1,2\n\n1,2,3\n", "more in line 4"),
        ("t.csv", "a,loss\nx,1,2\nx,1,3\n", "more in line 2"),
        ("t.csv", "", "Received: none"),
        ("t.tsv", "a\tloss\n1\n", "tab-separated text in UTF-8"),
        ("t.csv", "a;loss\n1\n", "text separated by semicolons in UTF-8"),
        ("t.csv", "a;loss\n1;0,5\n2;1\n", "Received: 0,5 in the column 'loss'. Save it with points"),
        ("t.jsonl", '{"a": 1}\n{"a": 2, "a"', "line 2"),
        ("t.jsonl", '{"a": 1, "a": 2}\n', "'a' twice in one object"),
        ("t.jsonl", "[1, 2]\n", "line 1, which holds [1, 2]"),
        ("t.json", "[1]", "entries that are no objects"),
        ("t.csv.gz", "a,loss\n1,2\n", "Expected a table of runs in"),
        ("t.feather", "a,loss\n1,2\n", "Expected a table of runs in"),
        ("t.xlsx", "", "Expected a file (.csv, .tsv"),
    ],
)
def test_what_is_no_table_is_a_sentence(tmp_path, name, text, told):
    (tmp_path / name).write_text(text)
    with pytest.raises(UsageError, match=re.escape(told)):
        read_table(tmp_path / name)


def test_half_a_compressed_file_is_a_sentence(tmp_path):
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(FRAME.to_csv().encode() * 50)[:-20])
    with pytest.raises(UsageError, match="Expected a table of runs in"):
        read_table(tmp_path / "t.csv.gz")


@pytest.mark.parametrize(
    ("text", "columns", "rows"),
    [
        ("a,loss,\n1,2,\n3,4,\n", ["a", "loss"], [["1", "2"], ["3", "4"]]),
        ("a;loss\n1,2;0.5\nx;4\n", ["a", "loss"], [["1,2", "0.5"], ["x", "4"]]),
        ("a\tloss\n1\t2\n3\t4\n", ["a", "loss"], [["1", "2"], ["3", "4"]]),
        ('"a;b"\n1\n', ["a;b"], [["1"]]),
        ("a,loss\n1,2,,,\n3,4\n", ["a", "loss"], [["1", "2"], ["3", "4"]]),
        ('"","a"\n"1","x"\n', ["Unnamed: 0", "a"], [["1", "x"]]),
        ('"a"\n"1","x"\n"2",""\n', ["Unnamed: 0", "a"], [["1", "x"], ["2", ""]]),
        ("a,a\nx,x\n", ["a"], [["x"]]),
        ("\ufeffa,loss\n1,2\n", ["a", "loss"], [["1", "2"]]),
        ('a,loss\r\n"x\ny",2\r\n', ["a", "loss"], [["x\ny", "2"]]),
        ("a,loss\n'-x,'=1\n''-x,it's\n", ["a", "loss"], [["-x", "=1"], ["'-x", "it's"]]),
    ],
)
def test_lines_are_read_as_they_are_meant(tmp_path, text, columns, rows):
    (tmp_path / "t.csv").write_text(text, newline="")
    found = read_table(tmp_path / "t.csv")
    assert list(found.columns) == columns
    assert found.to_numpy().tolist() == rows
