"""Failed runs, the next step with its cost, and the commands that write this report again."""

import math
from collections.abc import Iterator

import pandas as pd

from ablation.analysis import Analysis
from ablation.analysis.verdicts.judging import INCONCLUSIVE
from ablation.analysis.verdicts.power import MAX_SEEDS
from ablation.naming import clipped
from ablation.numbers import chance, duration, p_value
from ablation.report.document import Block, Prose, Section, Verbatim
from ablation.report.drawing import Drawer
from ablation.report.sections.table_parts import ALL, contrast, table_of
from ablation.report.sentences import Wording, judged
from ablation.report.subject import ResponseResult, Subject
from ablation.words import counted


def what_next(study: Subject, main: ResponseResult, _: Drawer) -> Section:
    """Failures by level, the next step with its cost, and the commands."""
    words = study.words(main)
    blocks: list[Block] = [*_failures(study, words), *_troubles(study, words)]
    if main.analysis is not None:
        blocks += _next_step(study, words, main.analysis)
    return Section("next", "Failures, and the next step", [*blocks, *_commands(study)])


def _failures(study: Subject, words: Wording) -> list[Block]:
    """A level that breaks training is a finding, not a gap."""
    analysis = study.main.analysis
    if analysis is None:
        if study.table.empty:
            return [Prose("No run has ended yet.")]
        n = counted(int((study.endings != "ok").sum()), "run")
        return [Prose(f"{n} of {len(study.table)} that ended gave no finite {words.response}.")]
    n_failed = int(analysis.selection.failed.sum())
    if n_failed == 0:
        return [Prose(f"No finished run failed: all {analysis.n_runs} gave a finite {words.response}.")]
    table, rows = analysis.failures, []
    for r in table[table["failed"] > 0].to_dict("records"):
        rate, low, high = (f"{100 * r[name]:.0f}" for name in ("rate", "ci_low", "ci_high"))
        names = [words.factor(r["factor"]), clipped(r["level"]), f"{r['failed']} of {r['runs']}"]
        rows.append([*names, f"{rate} % ({low} to {high} %)", p_value(r["fisher_p"])])
    heads = ("component", "level", "#failed", "#rate (Wilson)", "#p (Fisher)")
    n = counted(len(analysis.selection.failed), "run")
    text = f"{n_failed} of {n} failed. Averages leave failed runs out."
    caption = "Failed runs by level; p: this level against the others, unadjusted"
    return [Prose(text), table_of("failures", caption, heads, rows, table, limit=ALL)]


def _troubles(study: Subject, words: Wording) -> list[Block]:
    """Runs that were tried and have no row: what went wrong last."""
    if not study.troubles:
        return []
    rows = [
        [one.cell, str(one.seed), one.status, clipped(one.error, 160), clipped(one.log, 120)]
        for one in study.troubles
    ]
    heads = ("cell", f"#{words.block}", "status", "error", "log")
    data = pd.DataFrame([vars(one) for one in study.troubles])
    caption = "Runs without a result, and what their last attempt said"
    return [table_of("errors", caption, heads, rows, data, limit=20)]


def _next_step(study: Subject, words: Wording, analysis: Analysis) -> list[Block]:
    """What the study can see, and what more seeds would settle."""
    if words.has_diverged:
        return [
            Prose("Next step: see the logs of the runs that look diverged. They are no noise to plan by.")
        ]
    sizes = analysis.power["detectable"]
    if not sizes.notna().any():
        return [Prose(_obstacle(words, analysis))]
    low, high = words.size(sizes.min()), words.size(sizes.max())
    reach = low if low == high else f"{low} to {high}, depending on the component"
    text = f"With probability 80 % this study finds an effect on {words.response} of {reach}."
    blocks: list[Block] = [Prose(text)]
    if words.margin:
        blocks.append(Prose(_margin_sentence(words, analysis.power_for([words.margin])["seeds_needed"])))
    rows = list(_open_verdicts(study, words, analysis))
    if not rows:
        return [*blocks, Prose("Next step: none is needed for these questions; every verdict is settled.")]
    more = f"#more {words.blocks}"
    heads = (
        "component",
        "level − reference",
        "#detectable now",
        more,
        "#more runs",
        "#training time",
        "#settles with",
    )
    caption = (
        f"The fewest {words.blocks} that would settle the inconclusive ones with probability 80 %, if the "
        "fitted model is the truth. Detectable now: the smallest effect that this study finds with "
        "probability 80 %"
    )
    table = table_of("next_step", caption, heads, rows, analysis.forecasts, limit=ALL)
    return [*blocks, table, *_looking_again(words, analysis)]


def _looking_again(words: Wording, analysis: Analysis) -> list[Block]:
    """What is valid instead of more seeds here: verdicts that are read twice err twice."""
    if analysis.runs.block is None or analysis.request.looks is not None:
        return []
    return [
        Prose(
            f"Do not add {words.blocks} here and judge again: with a second look, more than "
            f"{100 * analysis.request.alpha:g} % of studies have a false verdict. Two ways are valid: a new "
            f"study with that many fresh {words.blocks} in all, or one that plans its looks from the start "
            "(hydra.sweeper.until=settled, with a margin)."
        )
    ]


def _open_verdicts(study: Subject, words: Wording, analysis: Analysis) -> Iterator[list[str]]:
    """What each inconclusive verdict needs, and what that costs; 'out of reach' beyond `MAX_SEEDS` seeds."""
    detectable = analysis.power["detectable"]
    for finding, size, row in zip(
        analysis.findings, detectable, analysis.verdicts.to_dict("records"), strict=True
    ):
        if finding.verdict != INCONCLUSIVE:
            continue
        cost, forecast = ["out of reach", "", "", ""], finding.forecast
        if forecast is not None and forecast.seeds is not None:
            n_runs = forecast.seeds * len(study.cell_names)
            time = duration(n_runs * study.seconds_per_run)
            cost = [str(forecast.seeds), str(n_runs), time, chance(forecast.chance)]
        yield [judged(words, finding), contrast(row), words.size(size), *cost]


def _obstacle(words: Wording, analysis: Analysis) -> str:
    """What to do where no effect can be tested."""
    if math.isnan(analysis.fit.variance) and analysis.fit.df_resid > 0:
        return "Next step: see why runs differ by nothing but their components; more of them change nothing."
    if math.isnan(analysis.fit.variance):
        return f"Next step: run more {words.blocks}; without replicates no effect can be tested."
    return (
        "Next step: run the cells that are missing; the notes at the top of the page name some. "
        f"Without them no effect can be estimated, whatever the number of {words.blocks}."
    )


def _margin_sentence(words: Wording, seeds: pd.Series) -> str:
    """How many seeds it takes to find an effect as small as the margin."""
    size = f"as small as the margin of {words.margin_text}"
    if seeds.isna().all():
        return f"One {size} is out of its reach, even with {MAX_SEEDS} {words.blocks}."
    n = f"{int(seeds.max())} {words.blocks} in all"
    if not seeds.isna().any():
        return f"To find one {size} takes up to {n}."
    some = f"To find one of some components {size} takes up to {n}"
    return f"{some}; of the others it is out of reach, even with {MAX_SEEDS}."


def _commands(study: Subject) -> list[Block]:
    blocks: list[Block] = []
    if command := study.record.command:
        blocks.append(Verbatim(command, "The command that made this study"))
    if study.command:
        blocks.append(Verbatim(study.command, "The command that writes this report"))
    return blocks
