"""The article's OLS summary in statsmodels' own print, without importing its regression.

That import takes longer than everything else in a report without figures, while the printer alone costs
nothing. So the usual case (full rank, a constant among the columns, enough runs) is computed here and handed
to the printer; the tests hold it against `OLS(…).fit().summary()` character by character. Every other case is
left to statsmodels itself.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from ablation.analysis import Analysis
from ablation.analysis.article.model import article_columns
from ablation.analysis.probability.distributions import f_upper, t_quantile, t_two_sided

Floats = NDArray[np.float64]

MIN_RUNS = 20
"""Below, statsmodels warns of its tests of normality."""

MAX_CONDITION = 1000.0
"""Beyond, statsmodels warns of collinearity."""


def article_summary(analysis: Analysis) -> str:
    """The article's table, as statsmodels prints it."""
    fit = _usual_fit(analysis)
    if fit is not None:
        return _printed(fit)
    found = analysis.article_ols()  # imports statsmodels, which sets filters of its own
    with warnings.catch_warnings():
        # Of its tests of residuals, on few runs or a constant response: the table shows them as they are.
        warnings.simplefilter("ignore")
        return str(found.summary())


def article_deviations(analysis: Analysis) -> pd.DataFrame:
    """As `Analysis.article_deviations`, which imports statsmodels where this need not."""
    fit = _usual_fit(analysis)
    if fit is None:
        return analysis.article_deviations()
    _, spanning = article_columns(analysis.selection.used)
    chosen = np.array([[float(name == other) for other in fit.names] for name in spanning])
    chosen = chosen - chosen.mean(axis=0)
    deviation = chosen @ fit.params
    se = np.sqrt(np.einsum("ij,jk,ik->i", chosen, fit.covariance, chosen))
    reach = t_quantile(1 - analysis.request.alpha / 2, fit.df_resid) * se
    t = deviation / se
    return pd.DataFrame(
        {
            "column": spanning,
            "deviation": deviation,
            "se": se,
            "df": fit.df_resid,
            "ci_low": deviation - reach,
            "ci_high": deviation + reach,
            "t": t,
            "p": t_two_sided(t, np.full(len(t), float(fit.df_resid))),
        }
    )


@dataclass(frozen=True, eq=False)
class Fit:
    """Least squares of full rank whose columns X (n x p) span the constant, for a response y (n,)."""

    response: str
    names: Sequence[str]
    X: Floats
    y: Floats

    @cached_property
    def params(self) -> Floats:
        """Coefficients, (p,)."""
        found: Floats = np.linalg.pinv(self.X) @ self.y
        return found

    @cached_property
    def residuals(self) -> Floats:
        """What is left, (n,)."""
        return self.y - self.X @ self.params

    @property
    def df_resid(self) -> int:
        """Degrees of freedom of the error."""
        return int(len(self.y) - self.X.shape[1])

    @property
    def df_model(self) -> int:
        """Columns beside the constant that they span."""
        return int(self.X.shape[1]) - 1

    @cached_property
    def ssr(self) -> float:
        """Residual sum of squares."""
        return float(self.residuals @ self.residuals)

    @cached_property
    def covariance(self) -> Floats:
        """Of the coefficients, (p x p)."""
        inverse = np.linalg.pinv(self.X)
        found: Floats = inverse @ inverse.T * self.ssr / self.df_resid
        return found

    @cached_property
    def rsquared(self) -> float:
        """Share of the variance about the mean."""
        away = self.y - self.y.mean()
        return 1 - self.ssr / float(away @ away)

    @cached_property
    def eigenvalues(self) -> Floats:
        """Of X'X, smallest first."""
        singular = np.linalg.svd(self.X, compute_uv=False)
        found: Floats = np.asarray(singular[::-1] ** 2, dtype=np.float64)
        return found

    @property
    def condition(self) -> float:
        """Condition number of the columns."""
        return float(np.sqrt(self.eigenvalues[-1] / self.eigenvalues[0]))

    @property
    def llf(self) -> float:
        """Log likelihood of normal errors."""
        half = len(self.y) / 2
        return float(-half * np.log(self.ssr) - half * (1 + np.log(np.pi / half)))


def _usual_fit(analysis: Analysis) -> Fit | None:
    """The fit, unless statsmodels would have something to say beside the numbers."""
    columns, spanning = article_columns(analysis.selection.used)
    fit = Fit(
        analysis.request.response,
        list(columns.columns),
        columns.to_numpy(np.float64),
        analysis.selection.used.response,
    )
    if not spanning or fit.df_resid < 1 or len(fit.y) < MIN_RUNS or fit.df_model < 1:
        return None
    if np.linalg.matrix_rank(fit.X) < fit.X.shape[1] or not 0 < fit.condition < MAX_CONDITION:
        return None
    spread = float(np.ptp(fit.y)) ** 2
    usual = spread > 0 and fit.ssr > 1e-20 * spread * len(fit.y) and np.isfinite(fit.ssr)
    return fit if usual and fit.eigenvalues[0] > 1e-10 else None


class OLS:
    """What the printer wants to know of a model; it prints the name of this class."""

    def __init__(self, fit: Fit) -> None:
        self.endog_names, self.exog_names = fit.response, list(fit.names)


class _Results:
    """What the printer wants to know of a fit."""

    def __init__(self, fit: Fit) -> None:
        self.model, self.params = OLS(fit), fit.params
        self.nobs, self.df_model, self.df_resid = float(len(fit.y)), float(fit.df_model), float(fit.df_resid)
        self.llf = fit.llf
        self.bse = np.sqrt(np.diag(fit.covariance))
        self.tvalues = self.params / self.bse
        self.pvalues = t_two_sided(self.tvalues, np.full(len(self.params), self.df_resid))

    def conf_int(self, alpha: float) -> Floats:
        """Bounds, (p x 2)."""
        reach = t_quantile(1 - alpha / 2, self.df_resid) * self.bse
        return np.column_stack([self.params - reach, self.params + reach])


def _printed(fit: Fit) -> str:
    """The summary: head, coefficients, residuals, note."""
    from statsmodels.iolib.summary import Summary

    results, page = _Results(fit), Summary()
    page.add_table_2cols(results, gleft=_left(), gright=_right(fit), title="OLS Regression Results")
    page.add_table_params(results, alpha=0.05, use_t=True)
    low, high = _residual_tests(fit)
    page.add_table_2cols(results, gleft=low, gright=high, title="")
    note = "[1] Standard Errors assume that the covariance matrix of the errors is correctly specified."
    page.add_extra_txt(["Notes:", note])
    return str(page)


Lines = list[tuple[str, Any]]


def _left() -> Lines:
    known = ("Dep. Variable:", "Model:", "Date:", "Time:", "No. Observations:", "Df Residuals:", "Df Model:")
    lines: Lines = [(name, None) for name in known]
    lines.insert(2, ("Method:", ["Least Squares"]))
    return [*lines, ("Covariance Type:", ["nonrobust"])]


def _right(fit: Fit) -> Lines:
    n, p = len(fit.y), fit.X.shape[1]
    adjusted = 1 - (n - 1) / fit.df_resid * (1 - fit.rsquared)
    explained = fit.rsquared / (1 - fit.rsquared) * fit.ssr
    F = explained / fit.df_model / (fit.ssr / fit.df_resid)
    p_F = float(f_upper(F, fit.df_model, fit.df_resid))
    return [
        ("R-squared:", [f"{fit.rsquared:#8.3f}"]),
        ("Adj. R-squared:", [f"{adjusted:#8.3f}"]),
        ("F-statistic:", [f"{F:#8.4g}"]),
        ("Prob (F-statistic):", [f"{p_F:#6.3g}"]),
        ("Log-Likelihood:", None),
        ("AIC:", [f"{-2 * fit.llf + 2 * p:#8.4g}"]),
        ("BIC:", [f"{-2 * fit.llf + np.log(n) * p:#8.4g}"]),
    ]


def _residual_tests(fit: Fit) -> tuple[Lines, Lines]:
    e, n = fit.residuals, len(fit.y)
    z = (e - e.mean()) / e.std()
    skew, kurtosis = float(np.mean(z**3)), float(np.mean(z**4))
    jarque_bera = n / 6 * (skew**2 + (kurtosis - 3) ** 2 / 4)
    omnibus = skew_z(skew, n) ** 2 + kurtosis_z(kurtosis, n) ** 2
    durbin_watson = float(np.sum(np.diff(e) ** 2)) / fit.ssr
    left: Lines = [
        ("Omnibus:", [f"{omnibus:#6.3f}"]),
        ("Prob(Omnibus):", [f"{special.chdtrc(2, omnibus):#6.3f}"]),
        ("Skew:", [f"{skew:#6.3f}"]),
        ("Kurtosis:", [f"{kurtosis:#6.3f}"]),
    ]
    right: Lines = [
        ("Durbin-Watson:", [f"{durbin_watson:#8.3f}"]),
        ("Jarque-Bera (JB):", [f"{jarque_bera:#8.3f}"]),
        ("Prob(JB):", [f"{special.chdtrc(2, jarque_bera):#8.3g}"]),
        ("Cond. No.", [f"{fit.condition:#8.3g}"]),
    ]
    return left, right


def skew_z(skew: float, n: int) -> float:
    """Normal score of a sample's skewness (D'Agostino 1970, Biometrika 57:679)."""
    y = skew * np.sqrt((n + 1) * (n + 3) / (6 * (n - 2)))
    beta = 3 * (n**2 + 27 * n - 70) * (n + 1) * (n + 3) / ((n - 2) * (n + 5) * (n + 7) * (n + 9))
    w = np.sqrt(2 * (beta - 1)) - 1
    return float(np.arcsinh(y / np.sqrt(2 / (w - 1))) / np.sqrt(0.5 * np.log(w)))


def kurtosis_z(kurtosis: float, n: int) -> float:
    """Normal score of a sample's kurtosis (Anscombe & Glynn 1983, Biometrika 70:227)."""
    variance = 24 * n * (n - 2) * (n - 3) / ((n + 1) ** 2 * (n + 3) * (n + 5))
    x = (kurtosis - 3 * (n - 1) / (n + 1)) / np.sqrt(variance)
    root_beta = 6 * (n**2 - 5 * n + 2) / ((n + 7) * (n + 9))
    root_beta *= np.sqrt(6 * (n + 3) * (n + 5) / (n * (n - 2) * (n - 3)))
    a = 6 + 8 / root_beta * (2 / root_beta + np.sqrt(1 + 4 / root_beta**2))
    ratio = (1 - 2 / a) / (1 + x * np.sqrt(2 / (a - 4)))
    return float((1 - 2 / (9 * a) - np.cbrt(ratio)) / np.sqrt(2 / (9 * a)))
