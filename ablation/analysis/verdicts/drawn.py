"""All verdicts of a study with more seeds, in every simulated future at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ablation.analysis.data.factors import Bools, Floats, Ints, Predictor
from ablation.analysis.model.terms import Group, Term
from ablation.analysis.probability.distributions import f_quantile, f_upper, t_quantile
from ablation.analysis.tables.anova import tested_interactions
from ablation.analysis.verdicts.conservative import Errors
from ablation.analysis.verdicts.future import Drawn, Future, GrownStudy, Projected
from ablation.analysis.verdicts.judging import BETTER, HURTS, INCONCLUSIVE, KEEP, NOTHING, WORSE, Rules
from ablation.analysis.verdicts.rows import LEVELS_SHARE, Row, main_rows, own_columns, rows_along

CODES = (INCONCLUSIVE, NOTHING, KEEP, BETTER, HURTS, WORSE)
"""Verdicts as numbers."""

LIKELY = 0.5
"""A split into levels that is likelier than this is foretold."""

SCREENED = 12
"""Of so many interactions, the clearest now, it is drawn whether they will pass the screen; others do not."""

AVERAGE = -1
"""In place of a term: the contrast is not split."""


@dataclass(frozen=True, eq=False)
class Screen:
    """An interaction as it is tested, alone or with its aliases, and its present inflation by HC3."""

    term: Term | None
    projected: Projected
    inflation: float


@dataclass(frozen=True, eq=False)
class Outcome:
    """Verdicts with more seeds.

    Attributes:
        codes: name of a row -> its verdicts (n_draws,), numbers of `CODES`.
        draws: name of a row -> the draws in which it is judged, (n_draws,).
        families: main contrast -> term along which it may be split -> its rows then.
    """

    codes: dict[Name, Ints]
    draws: dict[Name, Bools]
    families: dict[Name, dict[int, list[Row]]]

    def settled(self, row: Row) -> float:
        """Probability that the row has a verdict, or that all rows which replace it have one."""
        share = 0.0
        for rows in self.families[_main_name(row)].values():
            here = [one for one in rows if _name(one) == _name(row)] or rows
            if all(_name(one) in self.codes for one in here):
                every = np.all([self.codes[_name(one)] > 0 for one in here], axis=0)
                share += float(np.mean(every & self.draws[_name(here[0])]))
        return share

    def endings(self, row: Row) -> dict[str, float]:
        """Verdict -> probability that the row itself ends with it."""
        return self._shares(row, np.ones_like(self.draws[_name(row)])) if _name(row) in self.codes else {}

    def at_levels(self, row: Row) -> list[tuple[Row, dict[str, float]]]:
        """The rows that replace it with probability above one half, each with its verdicts in these cases."""
        for rows in self.families[_main_name(row)].values():
            known = [one for one in rows if _name(one) in self.codes]
            if known and _name(row) not in map(_name, rows):
                draws = self.draws[_name(known[0])]
                if draws.mean() > LIKELY:
                    return [(one, self._shares(one, draws)) for one in known]
        return []

    def _shares(self, row: Row, among: Bools) -> dict[str, float]:
        codes = self.codes[_name(row)][among & self.draws[_name(row)]]
        counts = np.bincount(codes, minlength=len(CODES)) / among.sum()
        shares = {verdict: float(n) for verdict, n in zip(CODES, counts, strict=True) if n > 0}
        return dict(sorted(shares.items(), key=lambda item: -item[1]))


Name = tuple[str, str, tuple[str, str] | None]


def _name(row: Row) -> Name:
    return row.factor, row.level, row.within


def _main_name(row: Row) -> Name:
    return row.factor, row.level, None


class DrawnVerdicts:
    """All rows that may get a verdict, prepared once for any number of seeds."""

    def __init__(
        self,
        future: Future,
        predictors: Sequence[Predictor],
        errors_of: Callable[[Floats], tuple[Errors, Floats]],
        rules: Rules,
    ) -> None:
        """Prepare the screen and the main contrasts; rows per level follow when a draw asks for them.

        Args:
            future: the draws.
            predictors: of the model.
            errors_of: combinations (m x p) -> `conservative.growing_errors`.
            rules: of the verdicts.
        """
        self._future, self._fit, self._rules = future, future.fit, rules
        self._predictors, self._errors_of = predictors, errors_of
        self._mains = main_rows(self._fit, predictors)
        self._drawn: dict[Name, Drawn | None] = {}
        self._prepare(self._mains)
        groups = tested_interactions(self._fit)
        self._n_screened = len(groups)
        if len(groups) > SCREENED:
            groups = sorted(groups, key=lambda g: self._fit.wald_p(own_columns(self._fit, g)))[:SCREENED]
        self._screens = [self._screen(group) for group in groups]
        self._along: dict[tuple[Name, int], tuple[list[Row], Projected | None]] = {}

    def can_judge(self, row: Row) -> bool:
        """Whether there is an error estimate for the row."""
        if _name(row) not in self._drawn:
            self._prepare([row])
        return self._drawn[_name(row)] is not None

    def at(self, more: int) -> Outcome:
        """All verdicts with this many more seeds."""
        study = self._future.at(more)
        flagged = self._flagged(study)
        families: dict[Name, dict[int, list[Row]]] = {}
        draws: dict[Name, Bools] = {}
        judged: dict[Name, Drawn] = {}
        for main in self._mains:
            choice = self._choice(study, flagged, main)
            terms = np.unique(choice).tolist()
            family = {t: [main] if t == AVERAGE else self._split(main, t)[0] for t in terms}
            families[_name(main)] = family
            for t, rows in family.items():
                for row in rows:
                    drawn = self._drawn[_name(row)]
                    if drawn is not None:
                        draws[_name(row)], judged[_name(row)] = choice == t, drawn
        return Outcome(self._judge(study, judged, draws), draws, families)

    def _prepare(self, rows: Sequence[Row]) -> None:
        L = np.array([row.L for row in rows])
        coordinates, known, (errors, added) = (
            self._fit.coordinates(L),
            self._fit.estimable(L),
            self._errors_of(L),
        )
        for i, row in enumerate(rows):
            is_known = known[i] and len(errors[i]) > 0 and all(e.se > 0 and e.df > 0 for e in errors[i])
            self._drawn[_name(row)] = (
                self._future.contrast(coordinates[i], errors[i], added[i]) if is_known else None
            )

    def _split(self, main: Row, term: int) -> tuple[list[Row], Projected | None]:
        """The rows of a contrast along a term, and how they differ; None if they cannot."""
        key = _name(main), term
        if key not in self._along:
            along = self._screens[term].term
            assert along is not None
            rows = rows_along(self._fit, self._predictors, main, along)
            self._prepare(rows)
            L = np.array([row.L for row in rows if self.can_judge(row)])
            differ = self._future.projected(self._fit.coordinates(L[1:] - L[0])) if len(L) > 1 else None
            self._along[key] = rows, differ
        return self._along[key]

    def _screen(self, group: Group) -> Screen:
        L = own_columns(self._fit, group)
        term = group[0] if len(group) == 1 and group[0].order == 2 else None
        p, robust = self._fit.wald_p(L), self._fit.robust_wald_p(L)
        projected = self._future.projected(self._fit.coordinates(L))
        df, inflation = (len(projected[0]), self._fit.df_resid), 1.0
        if 1e-12 < p < robust < 1:
            inflation = float(f_quantile(1 - p, *df) / f_quantile(1 - robust, *df))
        return Screen(term, projected, inflation)

    def _flagged(self, study: GrownStudy) -> list[Bools]:
        """For each interaction, the draws in which it passes the screen (Holm over all), (n_draws,)."""
        if not self._screens:
            return []
        n, alpha = self._n_screened, self._rules.alpha * LEVELS_SHARE
        limits: dict[int, Floats] = {}
        ranks = []
        for screen in self._screens:
            df = len(screen.projected[0])
            if df not in limits:
                limits[df] = f_quantile(1 - alpha / np.arange(1, n + 1), df, study.df)
            F = self._future.f_statistics(study, screen.projected, screen.inflation)
            ranks.append(np.searchsorted(limits[df], F))
        rank = np.stack(ranks, axis=1)
        left = _left(rank, np.ones_like(rank, dtype=bool), n - len(ranks))
        return [(rank[:, i] >= left) & (screen.term is not None) for i, screen in enumerate(self._screens)]

    def _choice(self, study: GrownStudy, flagged: list[Bools], main: Row) -> Ints:
        """The term along which a contrast is split in each draw, or `AVERAGE`, (n_draws,)."""
        n_draws, alpha = len(study.variance), self._rules.alpha
        best, choice = np.full(n_draws, alpha), np.full(n_draws, AVERAGE)
        terms = [i for i, screen in enumerate(self._screens) if flagged[i].any() and self._has(screen, main)]
        rivals = np.sum([flagged[i] for i in terms], axis=0) > 1
        for i in terms:
            differ = self._split(main, i)[1]
            if differ is None:
                continue
            F, df = self._future.f_statistics(study, differ), len(differ[0])
            p = np.where(flagged[i] & (f_quantile(1 - alpha, df, study.df) < F), 0.0, 1.0)
            p[flagged[i] & rivals] = f_upper(F[flagged[i] & rivals], df, study.df)  # slow, and seldom needed
            choice, best = np.where(p < best, i, choice), np.minimum(p, best)
        return choice

    def _has(self, screen: Screen, main: Row) -> bool:
        """Whether a contrast may be split along an interaction."""
        names = {self._predictors[m].name for m in screen.term.members} if screen.term else set()
        return main.factor in names

    def _judge(
        self, study: GrownStudy, judged: dict[Name, Drawn], draws: dict[Name, Bools]
    ) -> dict[Name, Ints]:
        """Verdicts as numbers of `CODES`, of each row in each draw."""
        if not judged:
            return {}
        active = np.stack([draws[name] for name in judged], axis=1)
        n = int(active.sum(axis=1).max())
        columns = [self._ranks(study, drawn, n) for drawn in judged.values()]
        sign, beyond, inside = (np.stack([c[i] for c in columns], axis=1) for i in range(3))
        left = _left(beyond, active)[:, None]
        is_inside = inside >= _left(inside, active)[:, None]
        is_better = np.stack(
            [(self._future.estimate(study, d) < 0) == self._rules.lower_is_better for d in judged.values()],
            axis=1,
        )
        large = np.where(beyond >= left, CODES.index(KEEP), CODES.index(BETTER))
        bad = np.where(beyond >= left, CODES.index(HURTS), CODES.index(WORSE))
        codes = np.where(sign >= left, np.where(is_better, large, bad), CODES.index(INCONCLUSIVE))
        codes = np.where(is_inside, CODES.index(NOTHING), codes)
        return {name: codes[:, i] for i, name in enumerate(judged)}

    def _ranks(self, study: GrownStudy, drawn: Drawn, n: int) -> tuple[Ints, Ints, Ints]:
        """How many hypotheses may be left when a claim is still made: on sign, size beyond, size inside."""
        rules, size = self._rules, np.abs(self._future.estimate(study, drawn))
        steps = 1 / np.arange(1, n + 1)
        ranks = []
        for se, df in self._future.standard_errors(study, drawn):
            two_sided = t_quantile(1 - rules.share * steps / 2, df)
            sign = np.searchsorted(two_sided, size / se)
            if rules.margin is None:
                ranks.append((sign, sign, np.zeros_like(sign)))
                continue
            beyond = np.searchsorted(two_sided, (size - rules.margin) / se)
            inside = np.searchsorted(t_quantile(1 - rules.alpha * steps, df), (rules.margin - size) / se)
            ranks.append((sign, beyond, inside))
        sign, beyond, inside = (np.minimum.reduce([r[i] for r in ranks]) for i in range(3))
        return sign, beyond, inside


def _left(ranks: Ints, active: Bools, others: int = 0) -> Ints:
    """Hypotheses left when Holm's procedure stops, at least one, (n_draws,).

    Args:
        ranks: how many may be left when each is still rejected, (n_draws x m).
        active: which are tested, likewise.
        others: tested hypotheses that are not among them, and not rejected.
    """
    left: Ints = others + active.sum(axis=1)
    while True:
        then: Ints = others + (active & (ranks < left[:, None])).sum(axis=1)
        if (then == left).all():
            stopped: Ints = np.maximum(left, 1)
            return stopped
        left = then
