"""The gate for one change: paired seeds until it is better, not better, or too small to matter."""

import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ablation.adaptive.online import level
from ablation.adaptive.paired import ACCEPT, REJECT, UNDECIDED, PairedLook, PairedPlan
from ablation.errors import UsageError
from ablation.results.direction import read_direction
from ablation.results.model_settings import SCALES, between, one_of
from ablation.sweep.arm import Arm, RunFailed
from ablation.sweep.ledger import Entry, Ledger
from ablation.sweep.read_outcome import Expected

EXIT = {ACCEPT: 0, REJECT: 1, UNDECIDED: 3}
FAILED, ABANDONED = "the candidate failed", "abandoned"
ARMS = ("baseline", "candidate")
END_FIELDS = (
    "decision", "reason", "p", "change", "low", "high", "unit", "baseline_mean", "candidate_mean", "seeds",
)  # fmt: skip
"""What the end of a proposal says; the numbers are null where no look was taken."""


@dataclass(frozen=True)
class GateSettings:
    """The settings of a whole session.

    Args:
        response: what is measured.
        direction: which values are better, `lower` or `higher`; None: as the response's name says.
        first: seeds before the first look.
        maximum: seeds at the last one.
        margin: smallest gain that matters, in % on the log scale, else in units; None without one.
        scale: of gains: `log`, `identity`, or `auto`: log if lower is better and all values are positive.
        alpha: bound on the expected share of false ones among the accepted proposals.
        first_seed: of the session; each proposal takes seeds that none had before.
    """

    response: str = "loss"
    direction: str | None = None
    first: int = 3
    maximum: int = 12
    margin: float | None = None
    scale: str = "auto"
    alpha: float = 0.05
    first_seed: int = 0

    def __post_init__(self) -> None:
        """Refuse values that mean nothing."""
        PairedPlan(self.alpha, self.first, self.maximum)
        one_of("scale", self.scale, SCALES)
        between("alpha", self.alpha, 0, 1)
        if self.margin is not None:
            between("margin", self.margin, 0, math.inf)
        if read_direction(self.response, self.direction).target is not None:
            raise UsageError(f"direction: expected lower or higher. Received: {self.direction}")

    @property
    def lower_is_better(self) -> bool:
        """Whether lower values are better."""
        return read_direction(self.response, self.direction).name == "lower"


@dataclass(frozen=True)
class Proposal:
    """A proposed change.

    Args:
        baseline: command of what there is.
        candidate: command of the change.
        label: what else tells one proposal from another whose commands are the same, such as a commit.
        metrics: file of the numbers, relative to the present folder; None: standard output.
    """

    baseline: str
    candidate: str
    label: str = ""
    metrics: str | None = None


def decide(session: Path, fields: Mapping[str, Any], proposal: Proposal) -> dict[str, Any]:
    """Decide on a proposal, or go on from where a killed process stopped.

    Args:
        session: the ledger's file.
        fields: those of `GateSettings` that were set; the others are those of the session.
        proposal: the two commands.

    Returns:
        What the command prints: the decision, why, the gain, and how the session stands.

    Raises:
        UsageError: a setting is another than the session's, or the baseline failed.
    """
    if not session.exists():
        _commands(GateSettings(**fields), proposal, session)  # a mistake begins no session
    with Ledger(session).held() as ledger:
        settings = _settings(ledger, fields)
        commands = _commands(settings, proposal, session)
        if not ledger.entries:
            ledger.add("session", **vars(settings))
        named = {"baseline": proposal.baseline, "candidate": proposal.candidate, "label": proposal.label}
        decided = _decided_before(ledger, named)
        if decided is not None:
            return _result(ledger, decided)
        entry = _opened(ledger, settings, named)
        return _result(ledger, _run(ledger, settings, entry, commands))


def _settings(ledger: Ledger, fields: Mapping[str, Any]) -> GateSettings:
    """The settings of the session, or of a new one."""
    begun = ledger.of("session")
    if not begun:
        return GateSettings(**fields)
    settings = GateSettings(**{k: v for k, v in begun[0].items() if k in GateSettings.__dataclass_fields__})
    for name, value in fields.items():
        if getattr(settings, name) != value:
            raise UsageError(
                f"Expected the settings that this session began with: {name}={getattr(settings, name)}. "
                f"Received: {name}={value}. Leave it out, or begin a session in another file"
            )
    return settings


def _commands(settings: GateSettings, proposal: Proposal, session: Path) -> list[Arm]:
    expected = Expected(settings.response, proposal.metrics, direction=settings.direction)
    texts = zip(ARMS, (proposal.baseline, proposal.candidate), strict=True)
    return [Arm(text, expected, Path(f"{session}.runs") / arm) for arm, text in texts]


def _decided_before(ledger: Ledger, named: Mapping[str, str]) -> Entry | None:
    """The end of the same proposal, where a label makes sure that it is the same."""
    for entry in ledger.of("proposal", **named) if named["label"] else ():
        for end in ledger.of("end", proposal=entry["number"]):
            if end["reason"] != ABANDONED:
                return end
    return None


def _opened(ledger: Ledger, settings: GateSettings, named: Mapping[str, str]) -> Entry:
    """The entry of the proposal: that of a process which was killed, or a new one with a level of its own."""
    before = ledger.of("proposal")
    if before and not ledger.of("end", proposal=before[-1]["number"]):
        if all(before[-1][name] == value for name, value in named.items()):
            return before[-1]
        ledger.add("end", proposal=before[-1]["number"], decision=UNDECIDED, reason=ABANDONED)
    number = len(before) + 1
    accepted = [end["proposal"] for end in ledger.of("end", decision=ACCEPT)]
    used = [run["seed"] for run in ledger.of("run")]
    start = max(used) + 1 if used else settings.first_seed
    seeds = list(range(start, start + settings.maximum))
    spent = level(number, accepted, settings.alpha)
    return ledger.add("proposal", number=number, **named, level=spent, seeds=seeds)


def _run(ledger: Ledger, settings: GateSettings, entry: Entry, commands: list[Arm]) -> Entry:
    """Run pairs until the answer is clear."""
    number, pairs = entry["number"], list[tuple[float, float]]()
    baseline, candidate = commands
    for seed in entry["seeds"]:
        try:
            before = _value(ledger, baseline, "baseline", number, seed)
        except RunFailed as failure:
            raise UsageError(
                f"baseline: expected a command that works. Received at seed {seed}: {failure}. Mend it; the "
                "same command goes on"
            ) from failure
        try:
            after = _value(ledger, candidate, "candidate", number, seed)
        except RunFailed as failure:
            reason = f"{FAILED} at seed {seed}: {failure}"
            return ledger.add("end", proposal=number, decision=REJECT, reason=reason, seeds=len(pairs))
        pairs.append((before, after))
        end = _ending(settings, entry, pairs)
        if end is not None:
            return ledger.add("end", proposal=number, **end)
    raise AssertionError("the last look ends every proposal")


def _value(ledger: Ledger, command: Arm, arm: str, number: int, seed: int) -> float:
    """The value of a run, from the ledger or from running it now."""
    done = ledger.of("run", proposal=number, seed=seed, arm=arm)
    if done:
        return float(done[0]["value"])
    started = time.monotonic()
    value = command.value(seed)
    seconds = round(time.monotonic() - started, 3)
    ledger.add("run", proposal=number, seed=seed, arm=arm, value=value, seconds=seconds)
    return value


def _ending(settings: GateSettings, entry: Entry, pairs: list[tuple[float, float]]) -> dict[str, Any] | None:
    """What a look found, if it ends the proposal."""
    if len(pairs) < settings.first:
        return None
    before, after = np.array(pairs, float).T
    is_log = _is_log(settings, np.array(pairs[: settings.first], float))
    if is_log and not (np.min(pairs) > 0):
        return {"decision": REJECT, "reason": f"{FAILED}: a value that has no logarithm", "seeds": len(pairs)}
    change = np.log(after / before) if is_log else after - before
    sign = -1.0 if settings.lower_is_better else 1.0
    margin = settings.margin
    if margin is not None and is_log:
        margin = math.log1p(margin / 100)
    plan = PairedPlan(entry["level"], settings.first, settings.maximum, margin, settings.alpha)
    look = PairedLook(plan, sign * change)
    if not look.decision:
        return None
    ends = (sign * value for value in (look.estimate, *look.interval(settings.alpha)))
    shown = [(100 * float(np.expm1(min(value, 700))) if is_log else value) + 0.0 for value in ends]
    return {
        "decision": look.decision,
        "reason": look.reason,
        "p": look.p,
        "change": shown[0],
        "low": min(shown[1:]),
        "high": max(shown[1:]),
        "unit": "%" if is_log else "",
        "baseline_mean": float(before.mean()),
        "candidate_mean": float(after.mean()),
        "seeds": len(pairs),
    }


def _is_log(settings: GateSettings, first: np.ndarray[Any, Any]) -> bool:
    """Whether the scale is a logarithm. The first look alone decides, so later ones cannot change it."""
    if settings.scale != "auto":
        return settings.scale == "log"
    return settings.lower_is_better and bool((first > 0).all())


def _result(ledger: Ledger, end: Entry) -> dict[str, Any]:
    """What the command prints."""
    number = end["proposal"]
    entry = ledger.of("proposal", number=number)[0]
    ends = ledger.of("end")
    return {
        **{name: end.get(name) for name in END_FIELDS},
        "level": entry["level"],
        "runs": len(ledger.of("run", proposal=number)),
        "proposal": number,
        "proposals": len(ledger.of("proposal")),
        "accepted": sum(each["decision"] == ACCEPT for each in ends),
        "session": str(ledger.path),
    }


def printed(result: Mapping[str, Any]) -> str:
    """The result as a line of strict JSON."""
    return json.dumps(result, ensure_ascii=False, allow_nan=False)
