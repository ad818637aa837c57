import json
import math
import os
from fractions import Fraction

import jax.numpy as jnp
import numpy as np
import pytest

from ablation.sweep.read_outcome import ContractError, Expected, numbers_in, outcome_of, stamp

LOSS = Expected("loss")


class Tensor:
    """As PyTorch's: one entry gives `item`, several refuse it."""

    def __init__(self, *values):
        self.values = values

    def item(self):
        if len(self.values) != 1:
            raise RuntimeError("a Tensor with 2 elements cannot be converted to Scalar")
        return self.values[0]


class EagerTensor:
    """As TensorFlow's: `numpy` gives NumPy's scalar."""

    def numpy(self):
        return np.float32(0.5)


@pytest.mark.parametrize(
    "returned",
    [0.5, np.float32(0.5), np.array(0.5), np.array([0.5]), Fraction(1, 2), Tensor(0.5), EagerTensor(),
     jnp.asarray(0.5)],
)  # fmt: skip
def test_a_number_of_any_library_is_the_response(returned, tmp_path):
    outcome = outcome_of(returned, 3, tmp_path, LOSS)
    assert (outcome.seed, outcome.responses) == (3, {"loss": 0.5})
    assert type(outcome.responses["loss"]) is float
    assert outcome_of({"loss": returned, "n": 2}, 3, tmp_path, LOSS).responses == {"loss": 0.5, "n": 2.0}


@pytest.mark.parametrize("returned", ["0.5", None, True, [0.5], Tensor(1, 2), np.ones(2), object()])
def test_what_is_no_number_is_told_with_what_to_do(returned, tmp_path):
    with pytest.raises(ContractError, match=r"Expected a training that returns a number.*Received: .*\. \w+"):
        outcome_of(returned, 0, tmp_path, LOSS)


def test_none_names_the_key_for_a_file(tmp_path):
    with pytest.raises(ContractError, match=r"hydra\.sweeper\.metrics=metrics\.json"):
        outcome_of(None, 0, tmp_path, Expected("loss", prefix="hydra.sweeper."))


def test_numbers_of_other_names_are_kept_for_the_sweep_to_judge(tmp_path):
    returned = {"acc": 1, "val": {"loss": 2}, "note": "x", "nan": math.nan}
    found = outcome_of(returned, 0, tmp_path, LOSS).responses
    assert [*found] == ["acc", "val.loss", "nan"]
    with pytest.raises(ContractError, match="expected numbers in the returned values"):
        outcome_of({"note": "x"}, 0, tmp_path, LOSS)


def test_the_response_alone_decides_whether_a_run_diverged(tmp_path):
    nan = float("nan")
    assert outcome_of({"loss": 1, "other": nan}, 0, tmp_path, LOSS).responses == {"loss": 1}
    assert math.isnan(outcome_of({"loss": nan, "other": 1}, 0, tmp_path, LOSS).responses["loss"])


ROWS = [{"loss": 3, "acc": 0.1}, {"loss": 1, "acc": 0.3}, {"loss": 2, "acc": 0.2}]


def write(folder, name, rows):
    """The rows as the file's name says."""
    lines = [json.dumps(row) for row in rows]
    texts = {
        "m.json": json.dumps(rows),
        "m.jsonl": "\n".join(lines) + "\n\n",
        "m.csv": "loss,acc\n" + "".join(f"{row['loss']},{row['acc']}\n" for row in rows),
        "m.tsv": "loss\tacc\n" + "".join(f"{row['loss']}\t{row['acc']}\n" for row in rows),
    }
    (folder / name).write_text(texts[name])


@pytest.mark.parametrize("name", ["m.json", "m.jsonl", "m.csv", "m.tsv"])
def test_the_last_or_the_best_line_of_a_file_counts(name, tmp_path):
    write(tmp_path, name, ROWS)

    def responses(*expected):
        return outcome_of(None, 0, tmp_path, Expected(*expected)).responses

    assert responses("loss", name) == {"loss": 2, "acc": 0.2}
    assert responses("loss", name, "best") == {"loss": 1, "acc": 0.3}
    assert responses("loss", name, "best", "higher") == {"loss": 3, "acc": 0.1}
    assert responses("acc", name, "best", "higher") == {"loss": 1, "acc": 0.3}
    assert responses("loss", name, "best", "2.1") == {"loss": 2, "acc": 0.2}


def test_one_object_of_json_is_one_line(tmp_path):
    (tmp_path / "metrics.json").write_text('\ufeff{"val": {"loss": 0.5}, "epoch": 3, "best": "a.ckpt"}')
    outcome = outcome_of("ignored", 0, tmp_path, Expected("val.loss", "metrics.json"))
    assert outcome.responses == {"val.loss": 0.5, "epoch": 3}


def test_cells_that_a_line_lacks_are_those_of_the_line_before(tmp_path):
    """Lightning's CSVLogger: training and validation in lines of their own."""
    (tmp_path / "metrics.csv").write_text(
        "epoch,step,train/loss,val/loss\n0,9,,0.9\n0,9,1.1,\n1,19,,0.4\n1,19,0.7,\n2,29,,0.6\n2,29,0.5,\n"
    )
    last = outcome_of(None, 0, tmp_path, Expected("val/loss", "metrics.csv"))
    assert last.responses == {"epoch": 2, "step": 29, "train/loss": 0.5, "val/loss": 0.6}
    best = outcome_of(None, 0, tmp_path, Expected("val/loss", "metrics.csv", "best"))
    assert best.responses == {"epoch": 1, "step": 19, "train/loss": 1.1, "val/loss": 0.4}


def test_a_line_that_is_not_finite_is_never_the_best_but_may_be_the_last(tmp_path):
    (tmp_path / "m.csv").write_text("loss\nnan\n0.4\ninf\n")
    assert outcome_of(None, 0, tmp_path, Expected("loss", "m.csv", "best")).responses == {"loss": 0.4}
    assert outcome_of(None, 0, tmp_path, Expected("loss", "m.csv")).responses == {"loss": math.inf}
    (tmp_path / "m.csv").write_text("loss\nnan\n")
    assert math.isnan(outcome_of(None, 0, tmp_path, Expected("loss", "m.csv", "best")).responses["loss"])


@pytest.mark.parametrize("text", ["{", "3", "[1, 2]", "", '{"a": 1}\nnothing'])
def test_a_file_that_cannot_be_read_is_a_sentence(text, tmp_path):
    (tmp_path / "m.json").write_text(text)
    with pytest.raises(ContractError, match=r"[Ee]xpected .*Received: "):
        outcome_of(None, 0, tmp_path, Expected("loss", "m.json"))


def test_a_file_that_is_missing_is_told_with_its_place(tmp_path):
    with pytest.raises(
        ContractError, match=r"metrics: expected a file .*m\.json.*relative to the folder of the run"
    ):
        outcome_of(None, 0, tmp_path, Expected("loss", "m.json"))


def test_the_file_of_an_earlier_attempt_does_not_count(tmp_path):
    expected = Expected("loss", "m.json")
    assert stamp(tmp_path, expected) is None
    (tmp_path / "m.json").write_text('{"loss": 1}')
    before = stamp(tmp_path, expected)
    with pytest.raises(ContractError, match="the file of an earlier one"):
        outcome_of(None, 0, tmp_path, expected, before)
    (tmp_path / "m.json").write_text('{"loss": 2}')
    os.utime(tmp_path / "m.json", ns=(before[0] + 1, before[0] + 1))
    assert outcome_of(None, 0, tmp_path, expected, before).responses == {"loss": 2}


def test_texts_that_are_numbers_are_numbers():
    assert numbers_in({"a": "1e-3", "b": "", "c": "x", "d": None, 5: 6}) == {"a": 0.001, "5": 6}
