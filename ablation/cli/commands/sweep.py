"""`ablation plan` and `ablation sweep`: the built-in app, in Hydra's grammar."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from ablation.cli.commands import run
from ablation.cli.described import described, groups
from ablation.cli.studies import check_study, file_names, study_files, study_heads
from ablation.cli.subcommand import Settings, Subcommand
from ablation.errors import UsageError

_USAGE = "STUDY [KEY=VALUE …]"
_GRAMMAR = """\
The study comes first; what follows is Hydra's grammar and wins over the study's file:
  training.epochs=5                   another value
  training.learning_rate=1e-2,3e-3    levels: any key is a factor, and multiplies in
  data=fashion_mnist                  a file of a group: conf/data/fashion_mnist.yaml
  hydra/launcher=basic                what runs the jobs, see below
Finished runs are never trained again; Ctrl-C is safe, the same command goes on. One run alone:
python -m ablation study=STUDY flags.dropout=true seeds=[0]"""


def _settings() -> Settings:
    """From the configuration's own classes, the one place where settings are explained."""
    from ablation.app.config import Config
    from hydra_plugins.ablation_sweeper import AblationSweeperConf

    chapters = {"Studies": study_heads(), "Groups": _groups(), "Settings": described(Config)}
    for name, group in groups(Config).items():
        chapters["Settings"] |= described(group, f"{name}.")
    return {**chapters, "The sweep": described(AblationSweeperConf, "hydra.sweeper.")}


def _groups() -> dict[str, str]:
    """Each group with the names of its files."""
    known = {name: file_names(name) for name in ("data", "model", "training", "hydra/launcher")}
    known["hydra/launcher"] = sorted({*known["hydra/launcher"], "basic", "joblib"})
    return {name: ", ".join(files) for name, files in known.items()}


def _sweep(words: Sequence[str]) -> int:
    return run.start(words) if _is_file(words) else _start(words, [])


def _plan(words: Sequence[str]) -> int:
    how = "plan_only=json" if "--json=true" in words else "plan_only=true"
    words = [word for word in words if not word.startswith("--")]
    if _is_file(words):
        return run.start([*words, how])
    return _start(words, [f"hydra.sweeper.{how}"])


def _is_file(words: Sequence[str]) -> bool:
    """Whether the study is that of a file with a command; a study of the built-in app goes by its name."""
    if not run.is_file(*words[:1]):
        return False
    path = Path(words[0])
    if path.stem in study_files() and (path.parent.name == "study" or not path.exists()):
        raise UsageError(f"Expected a study by its name. Received: {path}. Did you mean {path.stem}?")
    return True


def _start(words: Sequence[str], settings: Sequence[str]) -> int:
    """Hand the command over to Hydra, which reads it from `sys.argv`; it ends the process itself."""
    study, *overrides = _checked(words)
    sys.argv = [sys.argv[0], "-m", f"study={study}", *settings, *overrides]
    from ablation.app.entry import train

    train()
    return 0


def _checked(words: Sequence[str]) -> Sequence[str]:
    """Refuse what Hydra would misread, or tell in its own words."""
    received = shlex.join(words) or "nothing"
    if not words or "=" in words[0]:
        raise UsageError(
            f"Expected a study as the first word, one of {', '.join(sorted(study_files()))}: "
            f"ablation sweep quick training.epochs=5. Received: {received}"
        )
    check_study(words[0])
    for word in words[1:]:
        if "=" not in word and not word.startswith("~"):
            raise UsageError(
                f"Expected settings after the study, such as training.epochs=5. Received: {word}. "
                "ablation sweep --help lists them"
            )
        if word.startswith("study="):
            raise UsageError(f"Expected one study, the first word: {words[0]}. Received: {word} as well")
    return words


SWEEP = Subcommand(
    "sweep", _USAGE, "train what a study misses, then write its report", _GRAMMAR, _settings, _sweep
)
PLAN = Subcommand(
    "plan",
    _USAGE,
    "show what a sweep would train, for how long, and what it could see",
    _GRAMMAR,
    lambda: {"Options": {"--json": "print JSON"}, **_settings()},
    _plan,
    {"--json": ""},
)
