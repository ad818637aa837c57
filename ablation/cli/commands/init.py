"""`ablation init`: write a study file for the user to edit."""

import re
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from ablation.app.places import OWN_CONF
from ablation.cli.studies import study_files
from ablation.cli.subcommand import Subcommand
from ablation.errors import UsageError
from ablation.files import refusals

_NO_NAMES = {"null", "none", "true", "false", "on", "off", "yes", "no", "nan", "inf"}


def _init(words: Sequence[str]) -> int:
    if len(words) != 1:
        raise UsageError(
            f"Expected one name for the study: ablation init mine. Received: {' '.join(words) or 'nothing'}"
        )
    (name,) = words
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", name) or name.lower() in _NO_NAMES:
        raise UsageError(
            "Expected a name of letters, digits, - and _ that starts with a letter and is no YAML word, "
            f"such as mine. Received: {name or 'nothing'}"
        )
    if known := study_files().get(name):
        raise UsageError(
            f"Expected a new name. Received: {name}, which is the study {known}. "
            "Choose another, or edit that file if it is yours"
        )
    path = OWN_CONF / "study" / f"{name}.yaml"
    _write(path, name)
    print(f"{path}: 4 cells × 3 seeds of a small autoencoder. Change it, then:")
    print(f"  ablation plan {name}     what would be trained, and for how long")
    print(f"  ablation sweep {name}    train it, and write runs/{name}/report/index.html")
    return 0


def _write(path: Path, name: str) -> None:
    template = files("ablation.cli").joinpath("study.yaml.template").read_text(encoding="utf-8")
    with refusals("write", path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:  # never over another's file
            file.write(template.replace("NAME", name))


COMMAND = Subcommand(
    "init",
    "NAME",
    "write a study of your own, conf/study/NAME.yaml, to be changed",
    "The file says what is varied, on which data and network, with how many seeds. An existing file is "
    "never overwritten. `./conf` is searched before the package's own configuration.",
    dict,
    _init,
)
