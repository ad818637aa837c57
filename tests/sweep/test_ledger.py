"""The ledger of a session: what a killed writer, another process and damage do to it."""

import pytest

from ablation.errors import UsageError
from ablation.sweep.ledger import Ledger


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "s.json"
    with Ledger(path).held() as ledger:
        ledger.add("session", alpha=0.05)
        ledger.add("run", seed=3, value=0.25)
    return path


def test_what_was_added_is_read_again(path):
    with Ledger(path).held() as ledger:
        assert [entry["n"] for entry in ledger.entries] == [1, 2]
        assert ledger.of("run", seed=3)[0]["value"] == 0.25
        assert ledger.of("run", seed=4) == []


def test_a_line_that_a_killed_process_left_unfinished_is_no_entry(path):
    whole = path.read_bytes()
    for end in range(len(whole) - 1, whole.index(b"\n"), -1):
        path.write_bytes(whole[:end])
        with Ledger(path).held() as ledger:
            n = len(ledger.entries)
            ledger.add("end", decision="accept")
        with Ledger(path).held() as ledger:
            assert [entry["n"] for entry in ledger.entries] == list(range(1, n + 2))
            assert ledger.entries[-1]["decision"] == "accept"


def test_nothing_is_ever_taken_away(path):
    before = path.read_bytes()[:-5]
    path.write_bytes(before)
    with Ledger(path).held() as ledger:
        ledger.add("run", seed=4, value=1.0)
    assert path.read_bytes().startswith(before)


def test_a_missing_entry_is_damage(path):
    path.write_text(path.read_text().partition("\n")[2])
    with pytest.raises(UsageError, match="entry 1"), Ledger(path).held():
        pass


@pytest.mark.parametrize("content", ['{"loss": 1}\n', "seed,loss\n1,2\n"])
def test_another_file_is_refused_and_left_alone(tmp_path, content):
    other = tmp_path / "other"
    other.write_text(content)
    with pytest.raises(UsageError, match="expected a ledger"), Ledger(other).held():
        pass
    assert other.read_text() == content


def test_two_processes_do_not_decide_in_one_session(path):
    with Ledger(path).held(), pytest.raises(UsageError, match="another process"), Ledger(path).held():
        pass
