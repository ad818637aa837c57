"""A proposal for a table whose columns nobody has explained: in words, and as a command."""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ablation.analysis.data.propose import Proposal, propose
from ablation.analysis.data.where import rows_where
from ablation.errors import UsageError
from ablation.naming import clipped
from ablation.report.arguments import Arguments, responses_of
from ablation.words import counted, listed


@dataclass(frozen=True)
class Settled:
    """What is analysed: its settings, the command for it, and what was found, in words."""

    values: Mapping[str, Any]
    line: str
    text: str


def completed(proposal: Proposal, given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a report as they are proposed; those that are given win."""
    settings: dict[str, Any] = {"table": given.get("table", ""), "response": proposal.response or ""}
    if proposal.direction:
        settings["direction"] = proposal.direction
    settings["factors"] = [name for name in proposal.factors if name not in proposal.numeric]
    if proposal.numeric:
        settings["numeric"] = dict(proposal.numeric)
    if proposal.blocks:
        settings["block"] = list(proposal.blocks)
    return {**settings, **given}


def settled(frame: pd.DataFrame, options: Arguments, place: str, verb: str = "report") -> Settled:
    """What is analysed, where not everything has been said.

    Raises:
        UsageError: something is not sure, so that a person must say it.
    """
    if where := options.values.get("where"):
        frame = frame[rows_where(frame, where)]
    proposal = propose(frame, next(iter(responses_of(options.values)), None))
    values = completed(proposal, options.values)
    line = command({**options.how, **values}, options.figures, place if options.source else "", verb)
    text = described(proposal, place, f"  {line}")
    if proposal.doubts:
        is_whole = {"response", "factors"} <= values.keys()
        advice = "Run it as it stands, or with what is right" if is_whole else "Name what is missing"
        raise UsageError(
            f"{text}\nExpected a response and factors, as this is not sure. Received: none. {advice}."
        )
    return Settled(values, line, text)


def command(values: Mapping[str, Any], figures: bool = True, source: str = "", verb: str = "report") -> str:
    """The command line for some settings of a table, or of another tool's runs."""
    words = [f"{key}={_text(value)}" for key, value in values.items() if value not in ("", [], {}, None)]
    place = [source] if source else []
    return shlex.join(["ablation", verb, *place, *words, *([] if figures else ["figures=false"])])


def described(proposal: Proposal, source: str, command_line: str) -> str:
    """What was found in a table, what is not sure, and the command that would be run."""
    lines = [f"{source}: {counted(proposal.runs, 'run')}."]
    better = f", {proposal.direction} is better" if proposal.direction else ""
    lines.append(_line("response", f"{proposal.response}{better}" if proposal.response else "none found"))
    lines.append(_line("more outcomes", listed(proposal.others)))
    for i, (name, levels) in enumerate(proposal.factors.items()):
        lines.append(_line("varied" if i == 0 else "", f"{name}: {_levels(proposal, name, levels)}"))
    lines.append(_line("block", " × ".join(proposal.blocks)))
    parts = [f"{proposal.failed} failed"] if proposal.failed else []
    parts += [f"{proposal.unfinished} not finished"] if proposal.unfinished else []
    by = f" (by {listed(proposal.endings)})" if proposal.endings and parts else ""
    lines.append(_line("ended", f"{' and '.join(parts)}{by}" if parts else ""))
    for i, (why, names) in enumerate(_by_reason(proposal.left_out).items()):
        lines.append(_line("left out" if i == 0 else "", f"{listed(names, 6)}: {why}"))
    for i, doubt in enumerate(proposal.doubts):
        lines.append(_line("not sure" if i == 0 else "", doubt))
    return "\n".join([*(line for line in lines if line), command_line])


def _line(what: str, text: str) -> str:
    return f"  {what:<14}{text}" if text else ""


def _levels(proposal: Proposal, name: str, levels: Sequence[str]) -> str:
    if name in proposal.numeric:
        scale = ", on its logarithm" if proposal.numeric[name] == "log" else ""
        return f"a number from {float(levels[0]):.4g} to {float(levels[-1]):.4g}{scale}"
    shown = [clipped(level) for level in levels]
    return f"{shown[0]} (the reference), {listed(shown[1:], 6)}"


def _by_reason(left_out: Mapping[str, str]) -> dict[str, list[str]]:
    reasons: dict[str, list[str]] = {}
    for name, why in left_out.items():
        reasons.setdefault(why, []).append(name)
    return reasons


def _text(value: object) -> str:
    """A setting as the command line takes it."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{_quoted(str(k))}: {_quoted(str(v))}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return (
            "[" + ",".join(_quoted(str(one)) for one in value) + "]" if len(value) != 1 else _text(value[0])
        )
    return str(value)


def _quoted(name: str) -> str:
    """In quotes where a comma, a colon or a blank would end it."""
    if not re.search(r"[,:\s\[\]{}'\"]", name):
        return name
    return f"'{name}'" if "'" not in name else f'"{name}"'
