"""What an installation without extras can do, also where modules of Linux are not.

`python -m tests.base_install` runs the notebook `table.ipynb` of this folder and prints what its cells show:
`nox -s base` in an environment that has nothing else; a test with the rest forbidden (`forbid`).
"""

import ast
import importlib.abc
import json
import os
import sys
from pathlib import Path

EXTRAS = {
    "hydra",
    "omegaconf",
    "joblib",
    "pooch",
    "pydoe",
    "pyarrow",
    "yaml",
    "matplotlib",
    "PIL",
    "hydra_plugins",
}
POSIX = {"fcntl", "resource", "termios", "pwd", "grp"}
NOT_ON_WINDOWS = (
    "statvfs",
    "O_DIRECTORY",
    "O_CLOEXEC",
    "getuid",
    "fork",
    "killpg",
    "getpgid",
    "sched_getaffinity",
)


class Forbidden(importlib.abc.MetaPathFinder):
    """Says of some modules that they are not there."""

    def find_spec(self, name, _path, _target=None):
        if name.partition(".")[0] in EXTRAS | POSIX:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def forbid():
    """Make this process one of another machine."""
    for name in [name for name in sys.modules if name.partition(".")[0] in EXTRAS | POSIX]:
        del sys.modules[name]
    sys.meta_path.insert(0, Forbidden())
    for name in NOT_ON_WINDOWS:
        if hasattr(os, name):
            delattr(os, name)
    opened = os.open

    def refusing_folders(path, *arguments, **options):
        if Path(path).is_dir():
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *arguments, **options)

    os.open = refusing_folders


def run_notebook(path):
    """Run the cells of a notebook as Jupyter does; what each shows last, as HTML where it has some."""
    shown, names = [], {}
    for cell in json.loads(Path(path).read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        *body, last = ast.parse("".join(cell["source"])).body
        if not isinstance(last, ast.Expr):
            body, last = [*body, last], None
        exec(compile(ast.Module(body, []), "<cell>", "exec"), names)
        value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names) if last else None
        if value is not None:
            shown.append(value._repr_html_() if hasattr(value, "_repr_html_") else repr(value))
    return shown


if __name__ == "__main__":
    if "forbid" in sys.argv:
        forbid()
    print(*run_notebook("table.ipynb"), sep="\n")
    print("LOADED", *sorted(name for name in EXTRAS | POSIX if name in sys.modules))
