"""A running adaptive study: which runs come next, and a look as soon as their rows are there."""

import math
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

import pandas as pd

from ablation.adaptive.adaptive_plan import AdaptivePlan
from ablation.adaptive.adaptive_study import AdaptiveStudy, level_texts, with_plan
from ablation.adaptive.promise import Promise, course_of, promise
from ablation.adaptive.replay import HOPELESS, MAXIMUM, SETTLED, Look
from ablation.analysis import Analysis
from ablation.errors import UsageError
from ablation.naming import factor_labels
from ablation.results import Snapshot, Store, StudyRecord
from ablation.results.columns import factor_column
from ablation.results.model_settings import AUTO, PAIRS
from ablation.results.table import table
from ablation.sweep.messages import print_lines
from ablation.sweep.plan import Plan, PlannedCell, Runs
from ablation.sweep.preview import NOTHING_TRAINED, analysis_of_earlier
from ablation.sweep.sweep_request import SweepRequest
from ablation.words import counted

_PAUSE_SECONDS = 1.0

OFFERED = (0.6, 1.2)
"""Margins that are offered, in standard deviations of the noise."""

ENDINGS = {
    SETTLED: "Every verdict is settled.",
    MAXIMUM: "The study has reached its maximum of seeds; what is open stays open under this plan.",
    HOPELESS: "No open verdict is likely to be settled any more.",
}


@dataclass(eq=False)
class Growing:
    """The runs of an adaptive study, look by look.

    Args:
        plan: its runs up to the maximum.
        record: of the study, with its adaptive plan.
        tell: prints lines.
    """

    plan: Plan
    record: StudyRecord
    tell: Callable[[Sequence[str]], None]
    study: AdaptiveStudy = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Begin before the first look; `look` catches up with what the store holds."""
        runs = {key: (planned.levels, seed) for key, (planned, seed) in self.plan.runs.items()}
        self.study = AdaptiveStudy(self.record, runs)

    @property
    def present_record(self) -> StudyRecord:
        """The record at this moment: the runs that count so far, and the looks taken."""
        looks = [look.seeds for look in self.study.looks]
        grown = with_plan(self.record, self.study.plan, self.study.given_up, looks)
        return replace(grown, keys=tuple(self.study.counted))

    @property
    def _awaited(self) -> list[str]:
        """Keys of the runs that the next look waits for, finished or not."""
        n = self.study.replay.next
        return [key for key in self.study.needed(n) if key not in self.study.given_up] if n else []

    def batches(self, snapshot: Snapshot) -> list[Runs]:
        """The runs to train now: those of the next look, then those of the one after.

        No process waits idle for a look: it goes on with the seeds that would come next. They count in their
        turn, if there is one.
        """
        now, n = self.batch(snapshot), self.study.replay.next
        later = self.study.needed(n + 1) if n and n < self.study.plan.maximum else []
        return [now, self._runs(later, snapshot.rows.keys() | self.study.given_up | now.keys())]

    def batch(self, snapshot: Snapshot) -> dict[str, tuple[PlannedCell, int]]:
        """The runs that the next look waits for."""
        return self._runs(self._awaited, snapshot.rows.keys())

    def _runs(self, keys: Sequence[str], but: Collection[str]) -> dict[str, tuple[PlannedCell, int]]:
        return {key: self.plan.runs[key] for key in keys if key not in but}

    def look(self, snapshot: Snapshot) -> bool:
        """Take the looks whose runs have ended, and report each; return whether the next runs changed."""
        with self._lock:
            before = self.study.replay.dropped
            if self.batch(snapshot):
                return False
            taken = self.study.catch_up(snapshot.rows.keys(), table(snapshot))
            self.tell([line for look in taken for line in look_lines(look)])
            return bool(self.study.ended) or self.study.replay.dropped != before

    def give_up(self, snapshot: Snapshot) -> None:
        """Count the runs of the next look that have failed for good as failed."""
        for key in self.batch(snapshot):
            attempts = snapshot.attempts.get(key)
            if attempts and attempts[-1].status not in ("running", "lost"):
                self.study.given_up.add(key)

    @contextmanager
    def watching(self, store: Store, stop_sweep: Callable[[], None]) -> Iterator[None]:
        """Look while runs are trained; stop those that are not needed any more."""
        done = threading.Event()
        thread = threading.Thread(target=self._watch, args=(store, stop_sweep, done), daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _watch(self, store: Store, stop_sweep: Callable[[], None], done: threading.Event) -> None:
        waiting: list[str] = []
        while not done.wait(_PAUSE_SECONDS):
            with suppress(UsageError):  # the store does not answer; the next try may succeed
                waiting = [key for key in waiting or self._awaited if store.find(key) is None]
                if waiting:
                    continue
                if self.look(store.scan()):
                    stop_sweep()
                    return


def seeds_of(before: Snapshot, seeds: Sequence[int]) -> list[int]:
    """The seeds of an adaptive study, in the order in which they are added.

    Runs that existed before its plan may have shaped it, so they are a pilot: it begins with fresh seeds.
    """
    if before.record.adaptive:
        return list(before.record.seeds)
    used = {row.seed for row in before.rows.values()}
    if not used & set(seeds):
        return list(seeds)
    first = max(used) + 1
    return list(range(first, first + len(seeds)))


def begin(
    plan: Plan,
    record: StudyRecord,
    before: Snapshot,
    request: SweepRequest,
    maximum: int,
    prefix: str,
) -> Growing:
    """Fix the plan of an adaptive study, or go on with the one it has.

    Args:
        plan: its runs up to the maximum.
        record: of this sweep.
        before: what the store holds.
        request: of the sweep.
        maximum: seeds that it may take.
        prefix: before the names of the settings of the analysis, in messages.

    Raises:
        UsageError: no margin is declared, or the plan is another than the one it began with.
    """
    if record.margin is None:
        raise UsageError(_declare_margin(plan, record, before, request, maximum, prefix))
    adaptive = _plan(record, record.margin, request, maximum)
    entries = before.record.adaptive
    if entries:
        adaptive.check_unchanged(AdaptivePlan.from_record(entries["plan"]))
    given_up = entries.get("given_up", ()) if entries else ()
    return Growing(plan, with_plan(record, adaptive, given_up), print_lines)


def _plan(record: StudyRecord, margin: float, request: SweepRequest, maximum: int) -> AdaptivePlan:
    """The plan that a sweep asks for."""
    texts = level_texts(record.factors)
    # With as many pairs as the runs support, the model would differ from look to look.
    order = PAIRS if record.interactions == AUTO else int(record.interactions)
    return AdaptivePlan(
        record.response,
        record.direction,
        margin,
        {name: list(each.values()) for name, each in texts.items()},
        scale=record.scale,
        alpha=record.alpha,
        interactions=order,
        numeric=record.numeric,
        first=max(request.replicates, 2),
        maximum=maximum,
        hopeless=request.hopeless,
        dropping=request.dropping,
        one_factor=request.design in ("leave_one_out", "one_at_a_time"),
        start={name: texts[name][repr(level)] for name, level in record.reference_cell.items()},
        nested=record.nested,
    )


def _cells(plan: Plan) -> pd.DataFrame:
    """The levels of each cell, (n_cells, n_factors), categorical, the reference first."""
    return pd.DataFrame(
        {
            name: factor_column([cell.levels[name] for cell in plan.cells], list(levels))
            for name, levels in plan.factors.items()
        }
    )


def _noise(record: StudyRecord, before: Snapshot) -> Analysis | None:
    """The analysis of earlier runs, None if there are none that tell of noise."""
    try:
        analysis = analysis_of_earlier(record, table(before))
    except UsageError:
        return None
    return analysis if analysis is not None and analysis.fit.variance > 0 else None


def _declare_margin(
    plan: Plan, record: StudyRecord, before: Snapshot, request: SweepRequest, maximum: int, prefix: str
) -> str:
    """What to declare; with earlier runs, some margins and the seeds that each takes."""
    pilot = _noise(record, before)
    text = (
        f"hydra.sweeper.until=settled: expected {prefix}margin, the smallest effect that matters, in % where "
        "the scale is a logarithm. Received: none. Without one a component that does nothing can never be "
        "settled."
    )
    if pilot is None:
        return f"{text} A pilot of two seeds (hydra.sweeper.replicates=2) tells the noise."
    sd, unit = math.sqrt(pilot.fit.variance), " %" if pilot.scaling.is_log else ""
    course = course_of(_plan(record, 1.0, request, maximum), _cells(plan), 1.0)
    offers = []
    for ratio in OFFERED:
        margin = 100 * math.expm1(ratio * sd) if pilot.scaling.is_log else ratio * sd
        cost = promise(replace(course, margin=ratio), 0)
        offers.append(
            f"  {prefix}margin={margin:.2g} ({margin:.2g}{unit}): about {cost.seeds:.0f} seeds if no "
            f"component does anything, {100 * cost.settled:.0f} % of such studies with all verdicts settled"
        )
    noise = f"By the noise of the {pilot.fit.n} finished runs, which do not count in the study itself:"
    return "\n".join([f"{text} {noise}", *offers])


def expected_lines(growing: Growing, before: Snapshot) -> list[str]:
    """What an adaptive study is expected to cost."""
    n_cells, looks = len(growing.plan.cells), growing.study.plan.looks
    shown = ", ".join(map(str, looks[:2])) + (f", … {looks[-1]}" if len(looks) > 2 else "")
    lines = [f"until=settled: looks after {shown} seeds ({looks[0] * n_cells} to {looks[-1] * n_cells} runs)"]
    promises = expected(growing, before)
    if not promises:
        lines.append("No finished runs tell of the noise yet, so what it takes is unknown.")
    for cost in promises:
        words = "effects are twice the margin" if cost.margins else "no component does anything"
        lines.append(
            f"  if {words}: about {cost.seeds:.1f} seeds, {cost.seeds * n_cells:.0f} runs; 9 of 10 such "
            f"studies end by {cost.most} seeds, {100 * cost.settled:.0f} % with all verdicts settled"
        )
        if cost.fixed_seeds:
            lines.append(f"    a fixed plan that settles as many: {cost.fixed_seeds * n_cells} runs")
    return [*lines, NOTHING_TRAINED]


def expected(growing: Growing, before: Snapshot) -> list[Promise]:
    """Its cost if no component does anything, and if effects are twice the margin; empty if unknown."""
    plan, pilot = growing.study.plan, _noise(growing.record, before)
    if pilot is None:
        return []
    margin = pilot.scaling.margin(plan.margin)[1] / math.sqrt(pilot.fit.variance)
    course = course_of(plan, _cells(growing.plan), margin)
    return [promise(course, margins) for margins in (0, 2)]


def look_lines(look: Look) -> list[str]:
    """What a look found, in a line or two."""
    verdicts, names = look.verdicts, factor_labels(look.plan.factors)
    n_settled, n_all = len(verdicts) - look.open, counted(len(verdicts), "verdict")
    line = f"Look at {counted(look.seeds, 'seed')}: {n_settled} of {n_all} settled."
    if look.ended:
        return [line, ENDINGS[look.ended]]
    chances = look.chances(look.seeds + 1)[look.is_open]
    rows = [
        f"{names[row.factor]} {row.level} ({100 * chance:.0f} %)"
        for row, chance in zip(verdicts[look.is_open].itertuples(index=False), chances, strict=True)
    ]
    lines = [f"{line} Open, with the chance that the next look settles it: {', '.join(rows)}."]
    if dropped := [f"{names[f]} {level}" for (f, level), n in look.dropped.items() if n == look.seeds]:
        lines.append(f"No more seeds for {', '.join(dropped)}: nothing that is open depends on them.")
    return lines
