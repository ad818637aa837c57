"""Numbers as people read them: signs that can be seen, few digits, and 'unknown' for what is not known."""

from __future__ import annotations

import math
import re

UNKNOWN = "unknown"


def percent(change: float) -> str:
    """A change in %, with its sign; one too small for two decimals gets up to four.

    >>> percent(-0.912), percent(250.0), percent(-0.0043), percent(float("nan"))
    ('−0.91 %', '+250 %', '−0.004 %', 'unknown')
    """
    if not _known(change):
        return UNKNOWN
    size, decimals = abs(change), 0 if abs(change) >= 100 else 2
    if size >= 1e6:
        return _signed(f"{change:+.3g} %")
    if 0 < size < 0.005:
        decimals = min(-math.floor(math.log10(size)), 4)
    return _signed(f"{change:+.{decimals}f} %")


def percent_interval(low: float, high: float) -> str:
    """Bounds in %, the unit said once.

    >>> percent_interval(-1.432, -0.391)
    '−1.43 to −0.39 %'
    """
    if not (_known(low) and _known(high)):
        return UNKNOWN
    return f"{percent(low).removesuffix(' %')} to {percent(high)}"


def units(change: float) -> str:
    """A change in units of a response, with its sign.

    >>> units(-0.0022178), units(12345.678)
    ('−0.00222', '+12346')
    """
    if not _known(change):
        return UNKNOWN
    return _signed(f"{change:+.0f}" if abs(change) >= 1e4 else f"{change:+.3g}")


def units_interval(low: float, high: float) -> str:
    """Bounds in units of a response.

    >>> units_interval(-0.0022178, 0.5)
    '−0.00222 to +0.5'
    """
    return f"{units(low)} to {units(high)}" if _known(low) and _known(high) else UNKNOWN


def value(number: float, digits: int = 4) -> str:
    """A value of a response to some significant digits.

    >>> value(0.243712), value(0.2450), value(53210.7)
    ('0.2437', '0.2450', '53211')
    """
    if not _known(number):
        return UNKNOWN
    if 10 ** (digits - 1) <= abs(number) < 1e9:
        return _signed(f"{number:.0f}")
    return _signed(f"{number:#.{digits}g}".removesuffix("."))


def spread(mean: float, sd: float) -> str:
    """Mean ± SD, the SD to two digits and the mean to as many decimals.

    >>> spread(0.24371, 0.00312), spread(0.5, float("nan"))
    ('0.2437 ± 0.0031', '0.5000')
    """
    if not _known(mean):
        return UNKNOWN
    if not _known(sd) or sd <= 0 or abs(mean) >= 1e9:
        return value(mean)
    decimals = min(max(1 - math.floor(math.log10(sd)), 0), 12)
    return _signed(f"{mean:.{decimals}f} ± {sd:.{decimals}f}")


def p_value(p: float) -> str:
    """A p-value to two digits; below .0001 only that.

    >>> p_value(0.04567), p_value(1e-9)
    ('0.046', '< 0.0001')
    """
    return ("< 0.0001" if p < 1e-4 else f"{p:.2g}") if _known(p) else UNKNOWN


def p_text(p: float) -> str:
    """A p-value in a sentence.

    >>> p_text(0.04567), p_text(1e-9), p_text(float("nan"))
    ('p = 0.046', 'p < 0.0001', 'no test')
    """
    if not _known(p):
        return "no test"
    return f"p {p_value(p)}" if p < 1e-4 else f"p = {p_value(p)}"


def share(omega: float) -> str:
    """A share of variance; negative estimates are none.

    >>> share(0.123), share(-0.01)
    ('0.12', '0')
    """
    return (f"{omega:.2f}" if omega >= 0.005 else "0") if _known(omega) else UNKNOWN


def plain(number: float) -> str:
    """A statistic to three digits."""
    return _signed(f"{number:.3g}") if _known(number) else UNKNOWN


def duration(seconds: float) -> str:
    """A time in the unit that fits.

    >>> duration(42), duration(600), duration(7200), duration(388800)
    ('42 s', '10 min', '2 h', '4.5 days')
    """
    if not _known(seconds):
        return UNKNOWN
    for unit, size in (("days", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.2g} {unit}" if seconds < 100 * size else f"{seconds / size:.0f} {unit}"
    return f"{seconds:.2g} s"


def minus(text: str) -> str:
    """True minus signs before numbers, also in sentences that the analysis wrote.

    >>> minus("loss changes by -0.5 % (CI -1 to +2 %)"), minus("rate=-1, batch-norm")
    ('loss changes by −0.5 % (CI −1 to +2 %)', 'rate=-1, batch-norm')
    """
    return re.sub(r"(?<![^\s(])-(?=\d)", "−", text)


def _signed(text: str) -> str:
    """A number with a true minus sign.

    >>> _signed("-0.5 %"), _signed("1e-07")
    ('−0.5 %', '1e−07')
    """
    return text.replace("-", "−")


def _known(number: float) -> bool:
    return math.isfinite(number)
