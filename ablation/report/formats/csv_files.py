"""Tables as CSV: numbers in full, and nothing that a spreadsheet would run."""

from ablation.report.document import Table

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Starts of text that a spreadsheet takes for a formula."""


def csv(table: Table) -> str:
    """The numbers behind a table; its texts where it has none. Text like a formula gets an apostrophe."""
    import pandas as pd

    heads = [column.title for column in table.columns]
    frame = table.data
    if frame is None:
        frame = pd.DataFrame([[cell.text for cell in row] for row in table.rows], columns=heads)
    plain = frame.copy()
    plain.columns = [_harmless(str(name)) for name in frame.columns]
    for i, name in enumerate(plain.columns):
        if frame.iloc[:, i].dtype.kind not in "biufM":
            plain[name] = frame.iloc[:, i].astype(object).map(_harmless).to_numpy()
    return str(plain.to_csv(index=False, lineterminator="\n"))


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
