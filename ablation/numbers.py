"""Numbers as people read them: signs that can be seen, few digits, and 'unknown' for what is not known."""

from __future__ import annotations

import math
import re

UNKNOWN = "unknown"


def percent(change: float) -> str:
    """A change in %, with its sign.

    >>> percent(-0.912), percent(250.0), percent(float("nan"))
    ('−0.91 %', '+250 %', 'unknown')
    """
    if not math.isfinite(change):
        return UNKNOWN
    return minus(f"{change:+.0f} %" if abs(change) >= 100 else f"{change:+.2f} %")


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
    return minus(f"{change:+.0f}" if abs(change) >= 1e4 else f"{change:+.3g}") if _known(change) else UNKNOWN


def value(number: float, digits: int = 4) -> str:
    """A value of a response to some significant digits.

    >>> value(0.243712), value(0.2450), value(53210.7)
    ('0.2437', '0.2450', '53211')
    """
    if not _known(number):
        return UNKNOWN
    if 10 ** (digits - 1) <= abs(number) < 1e9:
        return minus(f"{number:.0f}")
    return minus(f"{number:#.{digits}g}".removesuffix("."))


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
    return minus(f"{mean:.{decimals}f} ± {sd:.{decimals}f}")


def p_value(p: float) -> str:
    """A p-value to two digits; below .0001 only that.

    >>> p_value(0.04567), p_value(1e-9)
    ('0.046', '< 0.0001')
    """
    return ("< 0.0001" if p < 1e-4 else f"{p:.2g}") if _known(p) else UNKNOWN


def share(omega: float) -> str:
    """A share of variance; negative estimates are none.

    >>> share(0.123), share(-0.01)
    ('0.12', '0')
    """
    return (f"{omega:.2f}" if omega >= 0.005 else "0") if _known(omega) else UNKNOWN


def plain(number: float) -> str:
    """A statistic to three digits."""
    return minus(f"{number:.3g}") if _known(number) else UNKNOWN


def duration(seconds: float) -> str:
    """A time in the unit that fits.

    >>> duration(42), duration(600), duration(7200)
    ('42 s', '10 min', '2 h')
    """
    if not _known(seconds):
        return UNKNOWN
    for unit, size in (("h", 3600.0), ("min", 60.0)):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.2g} {unit}" if seconds < 100 * size else f"{seconds / size:.0f} {unit}"
    return f"{seconds:.2g} s"


def minus(text: str) -> str:
    """True minus signs before numbers, also in sentences that the analysis wrote.

    >>> minus("loss changes by -0.5 % (CI -1 to +2 %)"), minus("rate=-1, batch-norm")
    ('loss changes by −0.5 % (CI −1 to +2 %)', 'rate=-1, batch-norm')
    """
    return re.sub(r"(?<![^\s(])-(?=\d)", "−", text)


def _known(number: float) -> bool:
    return math.isfinite(number)
