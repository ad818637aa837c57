"""Numbers as people read them: signs that can be seen, few digits, and 'unknown' for what is not known."""

from __future__ import annotations

import math

UNKNOWN = "unknown"

NBSP = "\u00a0"
"""Keeps a number on one line with its unit, and p with its value."""


def percent(change: float) -> str:
    r"""A change in %, with its sign; one too small for two decimals gets up to four.

    >>> percent(-0.912), percent(250.0), percent(-0.0043), percent(float("nan"))
    ('−0.91\xa0%', '+250\xa0%', '−0.004\xa0%', 'unknown')
    """
    if not _known(change):
        return UNKNOWN
    size, decimals = abs(change), 0 if abs(change) >= 100 else 2
    if size >= 1e6:
        return _signed(f"{change:+.3g}{NBSP}%")
    if 0 < size < 0.005:
        decimals = min(-math.floor(math.log10(size)), 4)
    return _signed(f"{change:+.{decimals}f}{NBSP}%")


def units(change: float) -> str:
    """A change in units of a response, with its sign.

    >>> units(-0.0022178), units(-4120.4), units(12345.678)
    ('−0.00222', '−4120', '+12346')
    """
    if not _known(change):
        return UNKNOWN
    return _signed(f"{change:+.0f}" if 999.5 <= abs(change) < 1e7 else f"{change:+.3g}")


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


def decimals(number: float, n: int) -> str:
    """A number with its sign, to some decimals.

    >>> decimals(-0.012345, 3)
    '−0.012'
    """
    return _signed(f"{number:+.{n}f}") if _known(number) else UNKNOWN


def p_value(p: float) -> str:
    """A p-value to two digits; below .0001 only that.

    >>> p_value(0.04567), p_value(1e-9)
    ('0.046', '< 0.0001')
    """
    return ("< 0.0001" if p < 1e-4 else f"{p:.2g}") if _known(p) else UNKNOWN


def p_text(p: float) -> str:
    r"""A p-value in a sentence.

    >>> p_text(0.04567), p_text(1e-9), p_text(float("nan"))
    ('p\xa0=\xa00.046', 'p\xa0<\xa00.0001', 'no test')
    """
    if not _known(p):
        return "no test"
    return f"p{NBSP}<{NBSP}0.0001" if p < 1e-4 else f"p{NBSP}={NBSP}{p_value(p)}"


def share(omega: float) -> str:
    """A share of variance; negative estimates are none.

    >>> share(0.123), share(-0.01)
    ('0.12', '0')
    """
    return (f"{omega:.2f}" if omega >= 0.005 else "0") if _known(omega) else UNKNOWN


def chance(probability: float) -> str:
    r"""A probability in whole per cent, never quite none or certain.

    >>> chance(0.876), chance(0.001), chance(0.9999)
    ('88\xa0%', '<\xa01\xa0%', '>\xa099\xa0%')
    """
    if not _known(probability):
        return UNKNOWN
    if 0 < probability < 0.01 or 0.99 < probability < 1:
        return f"<{NBSP}1{NBSP}%" if probability < 0.5 else f">{NBSP}99{NBSP}%"
    return f"{100 * probability:.0f}{NBSP}%"


def plain(number: float) -> str:
    """A number to three digits, without an exponent where people do without.

    >>> plain(0.0123456), plain(-1.5), plain(12345.0), plain(1e-9)
    ('0.0123', '−1.5', '12345', '1e−09')
    """
    if not _known(number):
        return UNKNOWN
    text = f"{number:.3g}"
    if "e" in text and 1e-4 <= abs(number) < 1e7:
        text = f"{number:.0f}"
    return _signed(text)


def coverage(share: float) -> str:
    r"""The level of an interval.

    >>> coverage(0.95), coverage(1 - 2 * 0.05)
    ('95\xa0%', '90\xa0%')
    """
    return f"{100 * share:g}{NBSP}%"


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


def _signed(text: str) -> str:
    """A number with a true minus sign.

    >>> _signed("-0.5 %"), _signed("1e-07")
    ('−0.5 %', '1e−07')
    """
    return text.replace("-", "−")


def _known(number: float) -> bool:
    return math.isfinite(number)
