import numpy as np
import pytest

from ablation.app.heatmaps.command_line import MapRequest
from ablation.app.heatmaps.saved import saved_runs
from ablation.errors import UsageError
from ablation.results import Arrays, open_store
from ablation.results.record import record_of
from tests.app.test_weights import FACTORS, row


@pytest.fixture
def study(tmp_path):
    """Write rows, those of `weighty` with weights, and return what is found."""

    def find(rows, weighty, cells=()):
        store, arrays = open_store(tmp_path), Arrays(tmp_path)
        for each in rows:
            store.commit(each)
        for each in weighty:
            arrays.save("weights", each.key, {"w": np.ones(1)})
        store.save_record(record_of({"factors": FACTORS, "keys": [each.key for each in rows]}))
        return saved_runs(MapRequest(str(tmp_path), cells=tuple(cells)))

    return find


def test_each_cell_gives_its_first_seed_with_weights_in_the_order_of_the_design(study):
    rows = [row("spatial", True, 0), row("none", False, 1), row("none", False, 0), row("none", True, 0)]
    found = study(rows, [rows[0], rows[1], rows[3]])
    assert [(each.label, each.row.seed) for each in found] == [
        ("spatial, batch_norm", 0),
        ("none", 1),
        ("none, batch_norm", 0),
    ]


def test_cells_are_chosen_by_their_ids_and_in_that_order(study):
    rows = [row("none", False, 0), row("none", True, 0), row("spatial", False, 0)]
    assert [s.label for s in study(rows, rows, ["spatial-False", "none-False"])] == ["spatial", "none"]
    with pytest.raises(UsageError, match=r"cells: expected some of .*none-True.*Received: nope"):
        study(rows, rows, ["nope"])


def test_a_diverged_run_has_no_map(study):
    rows = [row("none", False, 0), row("spatial", False, 0, status="diverged")]
    assert [each.label for each in study(rows, rows)] == ["none"]


def test_without_weights_there_is_a_sentence_on_how_to_keep_them(study):
    with pytest.raises(UsageError, match=r"expected saved weights.*training\.save_weights=all"):
        study([row("none", False, 0)], [])
