"""Fault 5: disk full, read-only, broken. Fault 7, in part: an interrupt at every step."""

import errno
import os
import subprocess
from pathlib import Path

import pytest

from ablation.errors import UsageError
from ablation.files import Disk
from ablation.results import gather, open_store
from ablation.results.folder.store import FolderStore
from tests.results.acts import ACTS, EARLIER, FAILED, NEW, after_rerun, broken_promises, leftovers, prepare
from tests.results.disks import RefusingDisk, StepDisk, steps
from tests.results.stand_in import make_row
from tests.results.stores import age_claim
from tests.results.worker import Log, child


def attempt(act):
    """Do it, and return what it raised."""
    try:
        act()
    except (Exception, KeyboardInterrupt) as failure:
        return failure
    return None


def refuse_everywhere(folder, act, error, for_ever, expected):
    """Break every step in turn; return how often the act failed."""
    prepare(FolderStore(folder / "whole"), Log(folder / "whole.log"))
    undisturbed = steps(lambda disk: act(FolderStore(folder / "whole", 60, disk), Log(folder / "whole.log")))
    n_failed = 0
    for number in range(len(undisturbed)):
        study, log = folder / str(number), Log(folder / f"{number}.log")
        prepare(FolderStore(study), log)
        failure = attempt(lambda: act(FolderStore(study, 60, RefusingDisk(error, number, for_ever)), log))  # noqa: B023  (called at once)
        assert failure is None or isinstance(failure, expected), failure
        assert not isinstance(failure, UsageError) or str(study) in str(failure)
        n_failed += failure is not None
        assert broken_promises(FolderStore(study), log) == []
        for key in (NEW.key, FAILED.key):
            age_claim(str(study), key)  # what could not be released, as the disk was broken
        assert after_rerun(FolderStore(study), log) == []
        assert leftovers(study) == []
    return n_failed


@pytest.mark.parametrize(
    ("code", "for_ever"),
    [(errno.ENOSPC, True), (errno.ENOSPC, False), (errno.EIO, False), (errno.EROFS, True)],
    ids=["full", "full_for_a_moment", "broken_for_a_moment", "read_only"],
)
@pytest.mark.parametrize("act", ACTS)
def test_a_refused_step_is_an_error_with_a_path_and_costs_no_row(act, code, for_ever, memory_path):
    n_failed = refuse_everywhere(
        memory_path, ACTS[act], lambda: OSError(code, os.strerror(code)), for_ever, UsageError
    )
    assert n_failed > 0


@pytest.mark.parametrize("act", ACTS)
def test_an_interrupt_at_any_step_costs_no_row(act, memory_path):
    assert refuse_everywhere(memory_path, ACTS[act], KeyboardInterrupt, False, KeyboardInterrupt) > 0


def test_gathering_that_fails_leaves_the_old_views(tmp_path):
    open_store(tmp_path).commit(EARLIER)
    gather(tmp_path)
    old = {path.name: path.read_bytes() for path in tmp_path.glob("results.*")}
    open_store(tmp_path).commit(NEW)
    disk = StepDisk()
    gather(tmp_path, disk=disk)
    new = {path.name: path.read_bytes() for path in tmp_path.glob("results.*")}
    for number in range(len(disk.taken)):
        for name, data in old.items():
            (tmp_path / name).write_bytes(data)
        with pytest.raises(UsageError, match="No space left"):
            gather(tmp_path, disk=RefusingDisk(lambda: OSError(28, "No space left on device"), number))
        for name in old:
            assert (tmp_path / name).read_bytes() in (old[name], new[name])
        assert not list(tmp_path.glob(".tmp-*"))


@pytest.fixture
def tiny_disk(tmp_path):
    """A file system of 256 KiB, where mounting one is allowed."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting a tmpfs is not allowed here; RefusingDisk stands in for it")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_known_before_training_and_after_space_is_freed_it_goes_on(tiny_disk):
    store = open_store(tiny_disk / "quick")
    store.check_writable(n_bytes=1000)
    store.commit(EARLIER)
    filler = tiny_disk / "filler"
    with pytest.raises(OSError, match="No space"):
        filler.write_bytes(bytes(300_000))
    for refused in (lambda: store.check_writable(n_bytes=1000), lambda: store.commit(NEW)):
        with pytest.raises(UsageError, match=r"tiny/quick.*[Ff]ree some space"):
            refused()
    assert store.scan().quarantined == ()
    assert dict(store.scan().rows) == {EARLIER.key: EARLIER}
    filler.unlink()
    store.check_writable(n_bytes=1000)
    assert store.commit(NEW)
    assert set(store.scan().rows) == {EARLIER.key, NEW.key}


def test_a_read_only_disk_can_be_read_and_not_written(tiny_disk):
    store = open_store(tiny_disk)
    store.commit(EARLIER)
    store.claim(NEW.key)
    subprocess.run(["mount", "-o", "remount,ro", str(tiny_disk)], check=True)
    assert [attempt.status for attempt in store.scan().attempts[NEW.key]] == ["running"]
    assert store.find(EARLIER.key) == EARLIER
    for refused in (store.check_writable, lambda: store.commit(NEW), lambda: gather(tiny_disk)):
        with pytest.raises(UsageError, match="tiny"):
            refused()


def test_a_folder_of_somebody_else_is_named_before_training(tmp_path):
    folder = tmp_path / "theirs"
    folder.mkdir(mode=0o555)
    for parent in [tmp_path, *tmp_path.parents[:2]]:
        parent.chmod(parent.stat().st_mode | 0o055)

    def without_rights():
        if os.geteuid() == 0:
            os.setuid(65534)
        with pytest.raises(UsageError, match=r"theirs.*Make the folder writable"):
            open_store(folder / "quick").check_writable()

    with child(without_rights) as pid:
        assert os.waitpid(pid, 0)[1] == 0


class NoLinks(Disk):
    """Such as FAT, and some network file systems."""

    def link(self, _source, target):
        raise OSError(errno.EPERM, "Operation not permitted", str(target))


def test_a_file_system_without_hard_links_is_known_before_training(tmp_path):
    with pytest.raises(UsageError, match="hard links are needed"):
        FolderStore(tmp_path / "quick", 60, NoLinks()).check_writable()
    assert list((tmp_path / "quick" / "rows").iterdir()) == []


def test_a_row_that_cannot_be_read_is_an_error_and_not_a_missing_row(tmp_path):
    FolderStore(tmp_path).commit(EARLIER)
    broken = FolderStore(tmp_path, 60, RefusingDisk(lambda: OSError(errno.EIO, "Input/output error"), 0))
    with pytest.raises(UsageError, match="Check the disk"):
        broken.find(EARLIER.key)


def test_paths_with_unusual_names(tmp_path):
    for name in ("with space", "日本", "a'b\"c", "%41#x"):
        store = open_store(tmp_path / name)
        assert store.commit(make_row(study=name))
        assert Path(store.place).is_dir()
        assert len(gather(tmp_path / name)) == 1
