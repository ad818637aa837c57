"""What docs/results.md shows is what happens."""

import re
from pathlib import Path

from ablation.results import StudyRecord, open_store
from tests.results.stand_in import make_row

PAGE = (Path(__file__).parents[2] / "docs" / "results.md").read_text()


def test_the_two_lines_of_python_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = open_store("runs/quick")
    for seed, level in enumerate(("relu", "elu")):
        store.commit(make_row({"flags.activation": level}, seed))
    store.save_record(StudyRecord(factors={"flags.activation": ["relu", "elu"]}))
    code = re.findall(r"```python\n(.*?)```", PAGE, re.S)[0]
    *lines, last = code.strip().splitlines()
    names: dict[str, object] = {}
    exec("\n".join([*lines, f"means = {last}"]), names)
    assert names["means"].to_dict() == {"relu": 0.25, "elu": 0.26}


def test_the_lines_for_a_database_run(postgres, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    open_store(f"{postgres}#quick").commit(make_row())
    code = re.findall(r"```python\n(.*?)```", PAGE, re.S)[1]
    names: dict[str, object] = {}
    exec(code.replace("postgresql+psycopg://user@host/database", postgres), names)
    assert len(names["frame"]) == 1
    assert (tmp_path / "runs" / "quick" / "results.parquet").exists()


def test_the_layout_is_the_one_on_the_page(tmp_path):
    store, row = open_store(tmp_path / "quick"), make_row()
    store.save_record(StudyRecord())
    store.claim("f" * 64)
    store.commit(row)
    store.commit(make_row(error="second"))
    files = sorted(
        str(path.relative_to(tmp_path / "quick")) for path in tmp_path.rglob("*") if path.is_file()
    )
    shown = [re.sub("[0-9a-f]{64}", "<key>", name) for name in files]
    assert len(shown) == 4
    assert all(name in PAGE for name in shown), shown
