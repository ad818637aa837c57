"""Arrays of a run, kept beside its row: images for the report, weights.

    runs/<study>/arrays/<key>.npz      what the report draws
                 weights/<key>.npz     the trained weights

They are written before the row, so that a finished run has them; they may be removed at any time.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ablation.files import Disk, make_folders, refusals, remove_quietly, replace_durably
from ablation.results.key import check_key

if TYPE_CHECKING:
    import numpy as np

_SUFFIX = ".npz"


class Arrays:
    """The arrays of a study's runs.

    Args:
        folder: The study's folder, such as `runs/quick`.
        disk: The file system.
    """

    def __init__(self, folder: str | os.PathLike[str], disk: Disk | None = None) -> None:
        self.folder, self.disk = Path(folder), disk or Disk()

    def save(self, kind: str, key: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Keep a run's arrays; those of an earlier attempt are replaced at once.

        Args:
            kind: `arrays` or `weights`.
            key: Of the run.
            arrays: Name → array of numbers.

        Raises:
            UsageError: The machine refuses.
        """
        import numpy as np

        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **arrays)
        path = self._path(kind, key)
        with refusals("write", path):
            make_folders(self.disk, path.parent)
            replace_durably(self.disk, path, buffer.getvalue())

    def load(self, kind: str, key: str) -> dict[str, np.ndarray] | None:
        """Return a run's arrays; None when there are none, or when their file is damaged."""
        import numpy as np

        path = self._path(kind, key)
        try:
            with refusals("read", path):
                data = self._read(path)
            with np.load(io.BytesIO(data), allow_pickle=False) as npz:
                return {name: npz[name] for name in npz.files}
        except (ValueError, EOFError, KeyError, zipfile.BadZipFile):
            return None

    def keys(self, kind: str) -> list[str]:
        """Return the keys of the runs that have arrays of this kind."""
        names = self.disk.names(self.folder / kind)
        return sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX))

    def remove(self, kind: str, key: str) -> None:
        """Remove a run's arrays of this kind, if there are any."""
        remove_quietly(self.disk, self._path(kind, key))

    def _read(self, path: Path) -> bytes:
        try:
            return self.disk.read(path)
        except FileNotFoundError:
            return b""

    def _path(self, kind: str, key: str) -> Path:
        return self.folder / kind / f"{check_key(key)}{_SUFFIX}"
