"""Every operation that the store makes on a file system, one method each, so that tests can break each.

What is durable is made in one way: a new file under a unique name, written, synced, and only then linked
(which refuses to overwrite) or moved (which replaces at once) to its place, whose folder is synced last.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from ablation.errors import UsageError

TEMPORARY = ".tmp-"
"""Start of the names of files that are not finished; readers pass over them."""

_PLAIN = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
"""Not for programs that are started meanwhile; and bytes as they are, on Windows too."""

_ADVICE = {
    errno.ENOSPC: "Free some space",
    errno.EDQUOT: "Free some space, or ask for a larger quota",
    errno.EROFS: "Choose another folder for the results: this one is read-only",
    errno.EACCES: "Make the folder writable, or choose another one for the results",
    errno.EPERM: "Choose another folder for the results: this one does not allow it (hard links are needed)",
    errno.EOPNOTSUPP: "Choose another folder for the results: this one has no hard links",
    errno.ENOTDIR: "Choose another folder for the results: a file is in the way",
    errno.EIO: "Check the disk",
}


class Disk:
    """The real file system."""

    def read(self, path: Path) -> bytes:
        """Return a file's whole content."""
        descriptor = os.open(path, os.O_RDONLY | _PLAIN)
        try:
            parts = [os.read(descriptor, 1 << 16)]  # one is the rule: twice as fast as a file object
            while parts[-1]:
                parts.append(os.read(descriptor, 1 << 20))
            return b"".join(parts)
        finally:
            os.close(descriptor)

    def names(self, folder: Path) -> list[str]:
        """Return the sorted names in a folder; none where there is no such folder."""
        try:
            return sorted(os.listdir(folder))  # noqa: PTH208  (names, not paths: half the time for 10,000 rows)
        except FileNotFoundError:
            return []

    def make_folder(self, path: Path) -> None:
        """Make one folder, unless its name is taken.

        Not `mkdir(exist_ok=True)`, which raises if another process removes the folder at that moment.
        """
        with contextlib.suppress(FileExistsError):
            path.mkdir()

    def open_new(self, path: Path) -> int:
        """Create a file that must not exist yet, and return its descriptor."""
        return os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | _PLAIN, 0o666)

    def write(self, descriptor: int, data: bytes) -> int:
        """Write some of the data, and return how many bytes."""
        return os.write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        """Wait until a file's content is on the disk."""
        os.fsync(descriptor)

    def sync_folder(self, path: Path) -> None:
        """Wait until a folder's names are on the disk; Windows opens no folders."""
        if not hasattr(os, "O_DIRECTORY"):
            return
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def link(self, source: Path, target: Path) -> None:
        """Give a file a second name that must not exist yet."""
        target.hardlink_to(source)

    def replace(self, source: Path, target: Path) -> None:
        """Move a file to a name, at once, in place of what had that name."""
        source.replace(target)

    def remove(self, path: Path) -> None:
        """Remove one name of a file."""
        path.unlink()

    def remove_folder(self, path: Path) -> None:
        """Remove an empty folder."""
        path.rmdir()

    def touch(self, path: Path) -> None:
        """Set a file's time to now, by the clock of the file system."""
        os.utime(path)

    def status(self, path: Path) -> os.stat_result:
        """Return size, times and number of names."""
        return path.stat()

    def space(self, path: Path) -> os.statvfs_result:
        """Return what is free on the file system."""
        return os.statvfs(path)


def unique_path(folder: Path) -> Path:
    """Return a name in the folder that nobody else uses, on any machine."""
    return folder / f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(8)}"


def write_new(disk: Disk, path: Path, data: bytes, durable: bool = True) -> None:
    """Write a file that must not exist yet, down to the disk; on an error, leave nothing behind."""
    descriptor = disk.open_new(path)
    try:
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[disk.write(descriptor, bytes(rest)) :]
            if durable:
                disk.sync(descriptor)
        finally:
            os.close(descriptor)
    except OSError:
        remove_quietly(disk, path)
        raise


def link_new(disk: Disk, path: Path, data: bytes, durable: bool = True) -> bool:
    """Write a file whole and durable, then give it its name, unless that is taken.

    The folder is the caller's to sync.

    Args:
        disk: The file system.
        path: The name.
        data: The content.
        durable: Whether it must survive a power cut, which a claim need not.

    Returns:
        True if the file now has its name; False if another one had it before.
    """
    while True:
        temporary = unique_path(path.parent)
        write_new(disk, temporary, data, durable)
        try:
            disk.link(temporary, path)
            return True
        except OSError as error:
            try:
                if disk.status(temporary).st_nlink == 2:  # it was done: NFS had only lost the reply
                    return True
            except FileNotFoundError:
                continue  # swept, as this process was stopped for very long: write it again
            if not isinstance(error, FileExistsError):
                raise
            return False
        finally:
            remove_quietly(disk, temporary)


def replace_durably(disk: Disk, path: Path, data: bytes) -> None:
    """Give a file new content at once: a reader finds the old or the new, never half."""
    temporary = unique_path(path.parent)
    write_new(disk, temporary, data)
    try:
        disk.replace(temporary, path)
    except OSError:
        remove_quietly(disk, temporary)
        raise
    disk.sync_folder(path.parent)


def make_folders(disk: Disk, path: Path) -> None:
    """Make a folder and its parents, durably."""
    if path.is_dir():
        return
    make_folders(disk, path.parent)
    disk.make_folder(path)
    disk.sync_folder(path.parent)


def remove_quietly(disk: Disk, path: Path) -> None:
    """Remove a file that nobody needs; what cannot be removed now is swept later."""
    with contextlib.suppress(OSError):
        disk.remove(path)


@contextlib.contextmanager
def refusals(action: str, path: Path) -> Iterator[None]:
    """Turn a refusal of the machine into a sentence that names the path.

    Args:
        action: What was being done, such as "write".
        path: What it was done to.

    Raises:
        UsageError: In place of any OSError.
    """
    try:
        yield
    except OSError as error:
        advice = _ADVICE.get(error.errno or 0, "Look at the folder")
        raise UsageError(
            f"Could not {action} {path}: {error.strerror or error}. Finished runs are kept. "
            f"{advice}, then run the same command again: it goes on where it stopped."
        ) from error
