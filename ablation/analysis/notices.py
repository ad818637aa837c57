"""Sentences that a result carries for its reader, each with a code for programs."""

from __future__ import annotations


class Notice(str):
    """A sentence with a code: reads, prints and compares as the sentence; `code` names its kind.

    Codes: `failed-runs`, `failed-level`, `missing-level`, `missing-weight`, `duplicate-rows`,
    `repeated-rows`, `single-level`, `constant-response`, `perfect-fit`, `no-error-estimate`,
    `arbitrary-contrasts`, `left-out-interaction`, `aliased-interaction`, `not-estimable`, `type-three`,
    `few-blocks`, `unreplicated`, `incomparable-cells`, `margin-unit`, `interaction`, `lack-of-fit`,
    `unequal-spread`, `outlier`, `influence`.
    """

    code: str

    def __new__(cls, sentence: str, code: str) -> Notice:
        """Attach `code` to `sentence`."""
        notice = super().__new__(cls, sentence)
        notice.code = code
        return notice

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]  # pickling keeps the code
        return str(self), self.code


def listed(names: list[str] | tuple[str, ...], limit: int = 8) -> str:
    """Join names the way a sentence does: 'a', 'b' and 'c'; after `limit` names it only counts the rest."""
    quoted = [f"'{name}'" for name in names]
    if len(quoted) > limit:
        return ", ".join(quoted[:limit]) + f" and {len(quoted) - limit} more"
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
