"""Fault 2: the process ends at every step of the protocol, one after another."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ablation.results import StudyRecord
from ablation.results.folder.store import FolderStore
from tests.results.acts import ACTS, EARLIER, NEW, prepare
from tests.results.disks import STEPS, StepDisk, steps
from tests.results.worker import Log

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


def die_everywhere(kind, folder):
    command = [sys.executable, "-m", "tests.results.failpoints", kind, str(folder)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, timeout=200, check=True)
    return json.loads(done.stdout)


def test_dying_at_any_step_loses_nothing_and_leaves_nothing(memory_path):
    points = die_everywhere("folder", memory_path)
    assert len(points) > 100
    assert {point: problems for point, problems in points.items() if problems} == {}


def test_every_kind_of_step_is_a_failpoint(tmp_path):
    prepare(FolderStore(tmp_path / "quick"), Log(tmp_path / "quick.log"))
    taken = set()
    for act in ACTS.values():
        taken |= set(
            steps(lambda disk, act=act: act(FolderStore(tmp_path / "quick", 60, disk), Log(tmp_path / "log")))
        )
    assert set(STEPS) - taken == {"touch"}, "a claim's heartbeat is the one step that no act here takes"


def test_content_is_on_the_disk_before_it_has_a_name_and_the_name_before_it_is_acknowledged(tmp_path):
    FolderStore(tmp_path).commit(EARLIER)
    acts = {
        "link": lambda disk: FolderStore(tmp_path, 60, disk).commit(NEW),
        "replace": lambda disk: FolderStore(tmp_path, 60, disk).save_record(StudyRecord()),
    }
    for name, act in acts.items():
        taken = [step for step in steps(act) if step not in ("read", "remove")]
        assert taken == ["open_new", "write", "sync", name, "sync_folder"]


class LostReply(StepDisk):
    """Does what it is told and then says that it could not, as NFS does when a reply is lost."""

    def link(self, source, target):
        super().link(source, target)
        raise FileExistsError(17, "File exists", str(target))


def test_a_link_whose_reply_was_lost_counts(tmp_path):
    store = FolderStore(tmp_path, 60, LostReply())
    with store.claim(NEW.key) as claim:
        assert store.commit(NEW, claim)
    assert store.find(NEW.key) == NEW
    assert not store.commit(replace(NEW, error="later"))
    assert store.find(NEW.key) == NEW
