"""`ablation decide`: a gate for one change, for CI and for programs that edit code in a loop."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ablation.cli.subcommand import Settings, Subcommand
from ablation.errors import UsageError

KEYS: Mapping[str, str] = {
    "baseline": "what there is: a command with {seed} in it, 'python train.py --seed {seed}'; or overrides",
    "candidate": "the change, likewise; run for the same seeds",
    "session": "the file of the session, of JSON lines; made if it is not there",
    "seeds": "seeds before the first look and at the last one, 3:12; of a new session",
    "response": "the number that is compared (default loss); of a new session",
    "direction": "which values are better: lower or higher; of a new session",
    "margin": "the smallest gain that matters, in % on the log scale, else in units; of a new session",
    "scale": "log (gains in %), identity or auto; of a new session",
    "alpha": "bound on the expected share of false ones among accepted proposals (0.05); of a new session",
    "first_seed": "of a new session (0); each proposal takes seeds that none had before",
    "label": "tells proposals with the same commands apart, such as a commit; one label gets one answer",
    "metrics": "file in which a run leaves its numbers; else its last printed line of JSON counts",
}
_NEEDED = ("baseline", "candidate", "session")


def _decide(words: Sequence[str]) -> int:
    from ablation.sweep.decide import EXIT, Proposal, decide, printed

    values = _values(words)
    proposal = Proposal(
        values["baseline"], values["candidate"], values.get("label", ""), values.get("metrics")
    )
    result = decide(Path(values["session"]), _given(values), proposal)
    print(printed(result))
    return EXIT[result["decision"]]


def _values(words: Sequence[str]) -> dict[str, str]:
    """The settings, written as `key=value` or `--key=value`."""
    values: dict[str, str] = {}
    for word in words:
        if word == "--json=true":  # as it does anyway
            continue
        key, is_setting, value = word.partition("=")
        key = key.removeprefix("--").replace("-", "_")
        if key not in KEYS or not is_setting:
            raise UsageError(f"Expected settings among {', '.join(KEYS)}, as KEY=VALUE. Received: {word}")
        values[key] = value
    if missing := [key for key in _NEEDED if not values.get(key)]:
        raise UsageError(
            "Expected two commands and a session: ablation decide --baseline 'python old.py {seed}' "
            f"--candidate 'python new.py {{seed}}' --session s.json. Missing: {', '.join(missing)}"
        )
    return values


def _given(values: Mapping[str, str]) -> dict[str, Any]:
    """Settings of the session that were set."""
    given: dict[str, Any] = {
        name: values[name] for name in ("response", "direction", "scale") if name in values
    }
    given |= {name: _number(values, name) for name in ("margin", "alpha") if name in values}
    if "first_seed" in values:
        given["first_seed"] = _whole("first_seed", values["first_seed"])
    if "seeds" in values:
        first, _, last = values["seeds"].partition(":")
        given |= {
            name: _whole("seeds", part, values["seeds"])
            for name, part in (("first", first), ("maximum", last))
        }
    return given


def _whole(key: str, text: str, received: str = "") -> int:
    if not text.isdecimal():
        raise UsageError(f"{key}: expected {KEYS[key]}. Received: {received or text or 'nothing'}")
    return int(text)


def _number(values: Mapping[str, str], key: str) -> float:
    try:
        return float(values[key])
    except ValueError as error:
        raise UsageError(f"{key}: expected {KEYS[key]}. Received: {values[key]}") from error


def _settings() -> Settings:
    return {"Settings": KEYS}


COMMAND = Subcommand(
    "decide",
    "--baseline COMMAND --candidate COMMAND --session FILE [--KEY VALUE …]",
    "run a change against what there is, seed by seed, until it is better or not",
    "Exit code 0: accept, 1: reject, 3: undecided after the most seeds, 2: a mistake in the command. The "
    "result is one line of JSON on standard output. Over a session of many proposals the expected share of "
    "false ones among those accepted is at most alpha. Killed, the same command goes on.",
    _settings,
    _decide,
    options={f"--{key.replace('_', '-')}": key.upper() for key in KEYS} | {"--json": ""},
)
