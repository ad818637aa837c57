"""Section 11: runs that failed, what to do next and what that costs, and how to write this report again."""

from __future__ import annotations

import math

import pandas as pd

from ablation.analysis import Analysis
from ablation.analysis.verdicts.power import MAX_SEEDS
from ablation.naming import clipped
from ablation.numbers import duration, p_value, percent, units
from ablation.report.document import Block, Cell, Column, Prose, Section, Table, Verbatim
from ablation.report.sections.tables import component, contrast
from ablation.report.subject import Subject
from ablation.words import counted


def ending(study: Subject) -> Section:
    """Failures by level, the next step with its cost, and the commands."""
    blocks: list[Block] = [*_failures(study), *_troubles(study)]
    if study.main.analysis is not None:
        blocks += _next_step(study, study.main.analysis)
    return Section("next", "Failures, and the next step", [*blocks, *_commands(study)])


def _failures(study: Subject) -> list[Block]:
    """A level that breaks training is a finding, not a gap."""
    analysis = study.main.analysis
    if analysis is None:
        if study.table.empty:
            return [Prose("No run has ended yet.")]
        n = int((study.endings != "ok").sum())
        return [
            Prose(
                f"{counted(n, 'run')} of {len(study.table)} that ended gave no finite {study.main.response}."
            )
        ]
    table = analysis.failures
    n_failed = int(analysis.selection.failed.sum())
    if n_failed == 0:
        return [
            Prose(f"No run that ended failed: all {analysis.n_runs} gave a finite {study.main.response}.")
        ]
    rows = []
    for r in table[table["failed"] > 0].to_dict("records"):
        label = study.labels.get(r["factor"], r["factor"])
        rate = f"{100 * r['rate']:.0f} % ({100 * r['ci_low']:.0f} to {100 * r['ci_high']:.0f} %)"
        row = (label, clipped(r["level"]), f"{r['failed']} of {r['runs']}", rate, p_value(r["fisher_p"]))
        rows.append([Cell(text) for text in row])
    columns = [Column("component"), Column("level"), Column("failed", True)]
    columns += [Column("rate (Wilson)", True), Column("p (Fisher)", True)]
    text = f"{counted(n_failed, 'run')} of {len(analysis.selection.failed)} failed and are in no average."
    caption = "Failed runs by level; p: this level against the others, unadjusted"
    return [Prose(text), Table("failures", caption, columns, rows, table, limit=200)]


def _troubles(study: Subject) -> list[Block]:
    """Runs that were tried and have no row: what went wrong last."""
    if not study.troubles:
        return []
    rows = [
        [
            Cell(t)
            for t in (one.cell, str(one.seed), one.status, clipped(one.error, 160), clipped(one.log, 120))
        ]
        for one in study.troubles
    ]
    columns = [Column("cell"), Column("seed", True), Column("status"), Column("error"), Column("log")]
    data = pd.DataFrame([vars(one) for one in study.troubles])
    return [
        Table(
            "errors", "Runs without a result, and what their last attempt said", columns, rows, data, limit=20
        )
    ]


def _next_step(study: Subject, analysis: Analysis) -> list[Block]:
    """What the study can see, and what more seeds would settle."""
    power = analysis.power
    relative = analysis.scale == "log"
    if not power["detectable"].notna().any():
        return [Prose(_obstacle(analysis))]
    margin = analysis.request.margin
    needs = analysis.power_for([margin]) if margin else None
    rows, data = [], analysis.verdicts[["factor", "level", "reference", "within", "verdict", "seeds_needed"]]
    for r, seen in zip(analysis.verdicts.to_dict("records"), power.to_dict("records"), strict=True):
        if r["verdict"] != "inconclusive":
            continue
        size = percent(seen["detectable_percent"]) if relative else units(seen["detectable"])
        cost = _cost(study, r["seeds_needed"])
        rows.append([Cell(text) for text in (component(study, r), contrast(r), size.lstrip("+"), *cost)])
    blocks: list[Block] = [Prose(_power_sentence(power, relative, study))]
    if needs is not None:
        blocks.append(Prose(_margin_sentence(needs, margin, relative)))
    if not rows:
        return [*blocks, Prose("Next step: none is needed for these questions; every verdict is settled.")]
    columns = [Column("component"), Column("level − reference")]
    heads = ("detectable now", "more seeds", "more runs", "training time")
    columns += [Column(head, True) for head in heads]
    caption = (
        "What would settle the inconclusive ones with probability 80 %, if the estimates are the truth. "
        "Detectable now: the smallest effect that this study finds with probability 80 %"
    )
    return [*blocks, Table("next_step", caption, columns, rows, data, limit=200)]


def _obstacle(analysis: Analysis) -> str:
    """What to do where no effect can be tested."""
    if math.isnan(analysis.fit.variance) and analysis.fit.df_resid > 0:
        return "Next step: see why runs differ by nothing but their components; more of them change nothing."
    if math.isnan(analysis.fit.variance):
        return "Next step: repeat every cell with more seeds; without replicates no effect can be tested."
    return (
        "Next step: run the cells that are missing; the notes at the top of the page name some. "
        "Without them no effect can be estimated, whatever the number of seeds."
    )


def _cost(study: Subject, more: object) -> tuple[str, str, str]:
    """Seeds, runs and training time; 'out of reach' beyond 1000 seeds."""
    if pd.isna(more):
        return "out of reach", "", ""
    n_runs = int(more) * study.cells.nunique()  # type: ignore[call-overload]
    hours = duration(n_runs * study.seconds_per_run)
    return str(more), str(n_runs), "unknown" if math.isnan(study.seconds_per_run) else hours


def _power_sentence(power: pd.DataFrame, relative: bool, study: Subject) -> str:
    sizes = power["detectable_percent" if relative else "detectable"]
    low, high = ((percent(s) if relative else units(s)).lstrip("+") for s in (sizes.min(), sizes.max()))
    reach = low if low == high else f"{low.removesuffix(' %')} to {high}, depending on the component"
    return f"With probability 80 % this study finds an effect on {study.main.response} of {reach}."


def _margin_sentence(needs: pd.DataFrame, margin: float | None, relative: bool) -> str:
    seeds = needs["seeds_needed"]
    size = f"{margin:g}{' %' if relative else ''}"
    if seeds.isna().all():
        return f"One as small as the margin of {size} is out of its reach, even with {MAX_SEEDS} seeds."
    some = " of some components" if seeds.isna().any() else ""
    told = f"To find one{some} as small as the margin of {size} takes up to {int(seeds.max())} seeds in all"
    return f"{told}; of the others it is out of reach, even with {MAX_SEEDS}." if some else f"{told}."


def _commands(study: Subject) -> list[Block]:
    blocks: list[Block] = []
    if command := study.record.command:
        blocks.append(Verbatim(command, "The command that made this study"))
    if study.command:
        blocks.append(Verbatim(study.command, "The command that writes this report"))
    return blocks
