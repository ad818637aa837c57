"""Fault 6: every byte of a row truncated or flipped; rows that are whole and wrong."""

import hashlib
import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ablation.results import gather, open_store, read
from ablation.results.encoding import DamagedRowError, decode, encode
from tests.results.stand_in import make_row

ROW = make_row({"flags.attention": "spatial é"}, seed=3)
DATA = encode(ROW)


def damaged_path(study, data):
    """The row's file, with other content."""
    path = study / "rows" / f"{ROW.key}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def sealed(content):
    """A whole row, checksum and all, of any content."""
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in content.items())
    head = f"{{\n{lines}".encode()
    return head + f',\n"checksum": "{hashlib.sha256(head).hexdigest()}"\n}}\n'.encode()


def content():
    entries = json.loads(DATA)
    del entries["checksum"]
    return entries


def test_a_row_truncated_at_any_byte_is_no_row():
    for length in range(len(DATA)):
        with pytest.raises(DamagedRowError):
            decode(DATA[:length])


@pytest.mark.parametrize("mask", [*(1 << bit for bit in range(8)), 0xFF, 0x20])
def test_a_row_with_any_byte_flipped_is_no_row(mask):
    for place, byte in enumerate(DATA):
        with pytest.raises(DamagedRowError):
            decode(DATA[:place] + bytes([byte ^ mask]) + DATA[place + 1 :])


def test_a_row_with_bytes_added_or_zeroed_is_no_row():
    for data in (DATA + b"\n", b" " + DATA, b"\0" * len(DATA), DATA + DATA, b""):
        with pytest.raises(DamagedRowError):
            decode(data)


@pytest.mark.parametrize("place", range(0, len(DATA), 97))
def test_a_damaged_row_is_reported_and_rerun_and_stays_where_it_is(place, tmp_path):
    store = open_store(tmp_path)
    store.commit(make_row(seed=9))
    data = DATA[:place] + bytes([DATA[place] ^ 1]) + DATA[place + 1 :]
    path = damaged_path(tmp_path, data)
    assert store.find(ROW.key) is None
    assert len(gather(tmp_path)) == 1
    assert [bad for bad, _ in read(tmp_path).attrs["excluded"]] == [str(path)]
    with store.claim(ROW.key) as claim:
        assert store.commit(ROW, claim)
    assert store.find(ROW.key) == ROW
    assert store.claim(ROW.key) is None
    assert not store.commit(make_row({"flags.attention": "spatial é"}, seed=3, error="later"))
    assert len(read(tmp_path)) == 2
    assert path.read_bytes() == data
    path.unlink()
    assert store.find(ROW.key) == ROW, "removing the damaged file takes nothing away"
    assert not store.commit(make_row({"flags.attention": "spatial é"}, seed=3, error="later"))
    assert read(tmp_path).attrs["excluded"] == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"seed": "3"}, "seed: expected an integer"),
        ({"seconds": "1.0"}, "seconds: expected a number"),
        ({"responses": {"loss": "0.5"}}, r"responses\.loss: expected a number"),
        ({"responses": [0.5]}, "responses: expected a mapping"),
        ({"history": {"loss": [None, "x"]}}, r"history\.loss: expected a number"),
        ({"config": None}, "config: expected a mapping"),
        ({"status": "running"}, "status: expected one of"),
        ({"status": "error"}, "status: expected ok or diverged"),
        ({"key": "f" * 64}, "key: expected"),
        ({"key": "../../x"}, "key: expected"),
        ({"schema": 2}, "schema: expected 1. Received: 2"),
        ({"schema": True}, "schema"),
        ({"surprise": 1}, "unknown entries.*surprise"),
        ({"cell": ...}, "missing entries.*cell"),
        ({"schema": ...}, "schema"),
    ],
)
def test_a_malformed_row_is_named_excluded_and_counted(change, reason, tmp_path):
    open_store(tmp_path).commit(make_row(seed=9))
    changed = {name: value for name, value in (content() | change).items() if value is not ...}
    path = damaged_path(tmp_path, sealed(changed))
    frame = gather(tmp_path)
    assert len(frame) == 1
    ((bad, why),) = frame.attrs["excluded"]
    assert bad == str(path)
    assert re.search(reason, why), why


def test_json_that_python_reads_and_the_standard_does_not(tmp_path):
    head = DATA.split(b',\n"checksum"')[0].replace(b'"seconds": 1.0', b'"seconds": NaN')
    damaged_path(tmp_path, head + f',\n"checksum": "{hashlib.sha256(head).hexdigest()}"\n}}\n'.encode())
    ((_, why),) = read(tmp_path).attrs["excluded"]
    assert "NaN" in why


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300) | st.recursive(st.none() | st.floats() | st.text(), st.lists).map(repr))
def test_reading_never_crashes_whatever_is_in_the_file(tmp_path, data):
    damaged_path(tmp_path, data if isinstance(data, bytes) else sealed({"schema": 1, "x": data}))
    frame = read(tmp_path)
    assert frame.empty
    assert len(frame.attrs["excluded"]) == 1


def test_deeply_nested_json_is_quarantined(tmp_path):
    head = b'{\n"schema": ' + b"[" * 100_000
    damaged_path(tmp_path, head + f',\n"checksum": "{hashlib.sha256(head).hexdigest()}"\n}}\n'.encode())
    assert len(read(tmp_path).attrs["excluded"]) == 1


def test_strays_are_passed_over_and_foreign_files_reported(tmp_path):
    open_store(tmp_path).commit(ROW)
    for name in (".tmp-1-2", ".DS_Store", f"{ROW.key} (copy).json", "notes.txt"):
        (tmp_path / "rows" / name).write_bytes(DATA)
    (tmp_path / "rows" / f"{'a' * 64}.json").mkdir()
    frame = read(tmp_path)
    assert len(frame) == 1
    assert len(frame.attrs["excluded"]) == 3


def test_a_damaged_attempt_is_reported(tmp_path):
    store, failed = open_store(tmp_path), make_row(status="error")
    store.commit(failed)
    path = tmp_path / "attempts" / failed.key / "attempt-0001.json"
    path.write_bytes(path.read_bytes()[:-5])
    assert [bad.path for bad in store.scan().quarantined] == [str(path)]
    assert store.attempts(failed.key) == ()
    assert store.claim(failed.key).attempt == 2
