"""A study of a command, from its file: its configuration for Hydra and the sweeper, and its start."""

import re
import sys
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from difflib import get_close_matches
from functools import cache, partial
from pathlib import Path
from typing import Any

import hydra
import yaml
from hydra.core.config_store import ConfigStore
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from omegaconf import OmegaConf

from ablation.errors import UsageError
from ablation.sweep.app import VERSION_BASE, check_seeds
from ablation.sweep.command import Command
from ablation.sweep.exits import call
from ablation.sweep.read_outcome import Expected
from ablation.sweep.template import OWN_PLACES, check, check_nested, check_program, places, split
from ablation.sweep.together import refuse_fixed_factors, split_when

OWN_KEYS = {
    "command": "words with places, such as python train.py --lr {lr} {augment:--augment} --seed {seed}",
    "factors": "name → its levels, the reference first",
    "settings": "name → one value, for further places",
    "seeds": "how many seeds of each cell, from 0; or a list of them",
    "name": "of the study; the file's name, if not given",
    "pattern": "a regular expression; its last match in a printed line gives the response, or, by named "
    "groups, several numbers",
    "chdir": "true runs the command in the folder of its run",
    "launcher": "what runs the jobs, such as local, ray_local or slurm",
    "n_jobs": "how many run at once on this machine",
}
"""Keys of a study's file that are no keys of the sweeper → their meanings."""

_ON_THE_LINE = ("seeds", "name", "pattern", "chdir", "launcher", "n_jobs")

_TOGETHER = ("when", "zip")
"""Keys of the file with entries by names: the command line says some anew, and null takes one away."""

_NAME = re.compile(r"[A-Za-z_][\w.]*")


def start(path: Path, launchers: Path, arguments: Sequence[str]) -> None:
    """Run the study of a file; Hydra ends the process if something has failed.

    Args:
        path: of the file.
        launchers: a folder of configurations of launchers.
        arguments: further settings, in Hydra's grammar; keys of the file may stand there as well.
    """
    call(partial(_start, path, launchers, arguments))


def _start(path: Path, launchers: Path, arguments: Sequence[str]) -> None:
    content, overrides = read(path, arguments)
    for file in launchers.glob("*.yaml"):
        ConfigStore.instance().store(group="hydra/launcher", name=file.stem, node=OmegaConf.load(file))
    ConfigStore.instance().store(name="command_study", node=_config(content))
    sys.argv = [sys.argv[0], "-m", *_seeds(content), *map(_as_override, overrides)]
    hydra.main(**VERSION_BASE, config_path=None, config_name="command_study")(_command(content))()


def read(path: Path, arguments: Sequence[str] = ()) -> tuple[dict[str, Any], list[str]]:
    """The content of a study's file with what the command line says of its keys, checked; and other words.

    Raises:
        UsageError: there is no such file, or something in it is missing or means nothing.
    """
    if not path.is_file():
        raise UsageError(f"Expected the file of a study. Received: {path}, and there is no such file")
    raw: Any = OmegaConf.to_container(OmegaConf.load(path), resolve=False)
    if not isinstance(raw, dict):
        raise UsageError(f"{path}: expected keys such as command and factors. Received: {raw!r:.60}")
    kinds = [raw[kind] for kind in ("factors", "settings") if isinstance(raw.get(kind), dict)]
    overrides, left = _own_overrides(arguments, {name for kind in kinds for name in kind})
    content = {"name": "", "settings": {}, "seeds": 1, "response": "loss", **raw, **overrides}
    content["name"] = content["name"] or path.stem
    together = {key: overrides[key] for key in _TOGETHER if isinstance(overrides.get(key), dict)}
    content |= {key: {**(raw.get(key) or {}), **each} for key, each in together.items()}
    missing = [f"{key} ({OWN_KEYS[key]})" for key in ("command", "factors") if not content.get(key)]
    if missing:
        raise UsageError(f"{path}: expected {' and '.join(missing)}. Received: none")
    for key in content:
        if key not in (*OWN_KEYS, *sweeper_keys()):
            near = get_close_matches(str(key), [*OWN_KEYS, *sweeper_keys()], n=1)
            hint = (
                f" Did you mean {near[0]}?"
                if near
                else f" Keys are {', '.join(OWN_KEYS)}, and those of a sweep"
            )
            raise UsageError(f"{path}: {key}: no such key.{hint}")
    if isinstance(content["factors"], dict):
        content["factors"], content["when"] = split_when(
            content["factors"], content.get("when") or {}, "factors."
        )
        for key in _TOGETHER:
            if isinstance(entries := content.get(key), dict):
                content[key] = {name: each for name, each in entries.items() if each is not None}
    _check_names(content)
    words = split(content["command"])
    check(words, content["factors"], content["settings"])
    check_nested(words, content["when"], content["settings"])
    check_program(words[0])
    _check_pattern(content.get("pattern"))
    _check_folder(content, words)
    return content, left


def _own_overrides(arguments: Sequence[str], places: Collection[str]) -> tuple[dict[str, Any], list[str]]:
    """Values of the file's own keys on a command line, and its other words."""
    overrides, left = {}, []
    for argument in arguments:
        key, equals, text = argument.partition("=")
        if not equals or key not in (*_ON_THE_LINE, *_TOGETHER) or key in places:
            left.append(argument)
        elif key in _TOGETHER:
            with suppress(HydraException):  # Hydra reports it, as for any other key
                overrides[key] = OverridesParser.create().parse_override(argument).value()
                continue
            left.append(argument)
        elif key == "pattern":
            overrides[key] = text.strip("'\"")
        else:
            is_list = key == "seeds" and "," in text
            overrides[key] = yaml.safe_load(f"[{text.strip('[]')}]" if is_list else text)
    return overrides, left


@cache
def sweeper_keys() -> tuple[str, ...]:
    """Keys of the sweeper that may stand in a study's file."""
    from hydra_plugins.ablation_sweeper import PlainAppConf

    hidden = ("_target_", "params", "sweep", "replicates", "study", "seed_key", "unkeyed",
              "gpus")  # fmt: skip
    return tuple(f.name for f in fields(PlainAppConf) if f.name not in hidden)


def _check_names(content: Mapping[str, Any]) -> None:
    for kind in ("factors", "settings"):
        if not isinstance(content[kind], dict):
            raise UsageError(f"{kind}: expected {OWN_KEYS[kind]}. Received: {content[kind]!r}")
        for name in content[kind]:
            if (
                not _NAME.fullmatch(str(name))
                or name in (*OWN_PLACES, "command")
                or f"{name}.".startswith("hydra.")
            ):
                raise UsageError(f"{kind}: expected names such as lr or model.depth. Received: {name}")
    refuse_fixed_factors(content["factors"], content["settings"], content["when"])
    for name, levels in content["factors"].items():
        if not isinstance(levels, list) or not levels:
            raise UsageError(
                f"factors.{name}: expected a list of levels, such as [0.1, 0.01]. Received: {levels!r}"
            )


def _check_pattern(pattern: object) -> None:
    try:
        re.compile(str(pattern))
    except re.error as error:
        raise UsageError(f"pattern: expected a regular expression. Received: {pattern} ({error})") from error


def _check_folder(content: Mapping[str, Any], words: Sequence[str]) -> None:
    """Refuse what would mix up runs: seeds that the command does not get, a file that all runs write."""
    seeds = content["seeds"]
    if isinstance(seeds, list):
        check_seeds(seeds)
    elif type(seeds) is not int or seeds < 1:
        raise UsageError(f"seeds: expected {OWN_KEYS['seeds']}. Received: {seeds}")
    if "seed" not in places(words) and seeds != 1:
        raise UsageError(
            "command: expected a place for the seed, such as --seed {seed}, as seeds are asked for. "
            f"Received: seeds: {seeds}, and a command without it"
        )
    if content.get("metrics") and not content.get("chdir") and "folder" not in places(words):
        raise UsageError(
            f"metrics: expected a command that writes {content['metrics']} into the folder of its run. "
            "Received: one that does not know it. Add it, such as --out {folder}, or let it run there: "
            "chdir: true"
        )


def _config(content: Mapping[str, Any]) -> Any:
    """The configuration of the reference cell, with Hydra's part."""
    n_jobs, launcher = content.get("n_jobs"), content.get("launcher")
    launcher = launcher or ("ablation" if n_jobs or content.get("jobs_per_gpu") else "basic")
    seeds, words = content["seeds"], split(content["command"])
    sweeper = {key: value for key, value in content.items() if key in sweeper_keys()}
    sweeper |= {"study": content["name"], "replicates": seeds if isinstance(seeds, int) else 1}
    sweeper["params"] = dict(content["factors"])
    config = OmegaConf.create({
        "defaults": ["_self_", {"override hydra/sweeper": "ablation"}, {"override hydra/launcher": launcher}],
        "command": content["command"],
        "hydra": {
            "sweeper": sweeper,
            "job": {"name": "run"},
            "job_logging": {"root": {"handlers": ["file"]}},  # the terminal shows the sweep's progress
            "hydra_logging": {"root": {"level": "WARNING"}},
        },
    })  # fmt: skip
    if n_jobs:
        config.hydra.launcher = {"n_jobs": n_jobs}
    first = {name: levels[0] for name, levels in content["factors"].items()}
    values = {**first, **dict.fromkeys(content["when"]), **content["settings"]}
    for name, value in values.items():
        OmegaConf.update(config, name, value)
    if "seed" in places(words):
        config.seed = 0
    return config


def _command(content: Mapping[str, Any]) -> Command:
    line, direction = content.get("metrics_line", "last"), content.get("direction")
    expected = Expected(content["response"], content.get("metrics"), line, direction)
    return Command(expected, content.get("pattern"), bool(content.get("chdir")))


def _seeds(content: Mapping[str, Any]) -> list[str]:
    seeds = content["seeds"]
    return [f"seed={','.join(map(str, seeds))}"] if isinstance(seeds, list) else []


def _as_override(argument: str) -> str:
    """An argument as an override that Hydra knows: keys of a sweep are in `hydra.sweeper`."""
    key, equals, _ = argument.partition("=")
    return f"hydra.sweeper.{argument}" if equals and key in sweeper_keys() else argument
