"""Published minimum-aberration fractions of two-level factors, as data.

Of 4 to 64 cells: Chen, Sun & Wu 1993, "A catalogue of two-level and three-level fractional factorial designs
with small runs", doi:10.2307/1403599. Of 128 cells: Xu 2009, "Algorithmic construction of efficient
fractional factorial designs with large run sizes", doi:10.1198/TECH.2009.07120. Read beside the R package
FrF2 (Grömping 2014, doi:10.18637/jss.v056.i01), which lists the same first designs.

Each line is a fraction, one more factor than the line before: the columns that its added factors take.
A column is the sum of its basic factors, A = 1, B = 2, C = 4, …: 7 is ABC, 13 is ACD.
"""

# fmt: off

_COLUMNS = {
    4: (
        "3",
    ),
    8: (
        "7",
        "3 5",
        "3 5 6",
        "3 5 6 7",
    ),
    16: (
        "15",
        "7 11",
        "7 11 13",
        "7 11 13 14",
        "3 5 9 14 15",
        "3 5 6 9 14 15",
        "3 5 6 9 10 13 14",
        "3 5 6 9 10 13 14 15",
        "3 5 6 7 9 10 11 12 13",
        "3 5 6 7 9 10 11 12 13 14",
        "3 5 6 7 9 10 11 12 13 14 15",
    ),
    32: (
        "31",
        "7 27",
        "7 11 29",
        "7 11 19 29",
        "7 11 19 29 30",
        "7 11 13 19 21 25",
        "7 11 13 14 19 21 25",
        "7 11 13 14 19 21 22 25",
        "7 11 13 14 19 21 22 25 26",
        "7 11 13 14 19 21 22 25 26 28",
        "7 11 13 14 19 21 22 25 26 28 31",
        "3 5 9 14 15 17 22 23 26 27 28 29",
        "3 5 6 9 14 15 17 22 23 26 27 28 29",
        "3 5 6 9 10 14 15 17 22 23 26 27 28 29",
        "3 5 6 9 10 14 15 17 18 22 23 26 27 28 29",
        "3 5 6 9 10 14 15 17 18 22 23 26 27 28 29 31",
        "3 5 6 9 10 13 14 15 17 18 21 22 23 25 26 29 30",
        "3 5 6 9 10 13 14 15 17 18 21 22 23 25 26 27 28 29",
        "3 5 6 9 10 13 14 15 17 18 21 22 23 25 26 27 28 29 30",
    ),
    64: (
        "63",
        "15 51",
        "7 27 45",
        "7 27 43 53",
        "7 11 29 45 51",
        "7 11 29 45 51 62",
        "7 11 21 25 38 58 60",
        "7 11 19 30 37 41 49 60",
        "7 11 19 30 37 41 49 60 63",
        "7 11 13 19 21 35 37 57 58 60",
        "7 11 13 14 19 21 35 37 57 58 60",
        "7 11 13 14 19 21 22 35 37 57 58 60",
        "7 11 13 14 19 21 22 35 37 38 57 58 60",
        "7 11 13 14 19 21 22 35 37 38 57 58 60 63",
        "7 11 13 14 19 21 22 25 35 41 42 49 52 56 62",
        "7 11 13 14 19 21 22 25 35 37 41 42 49 52 56 62",
        "7 11 13 14 19 21 22 25 26 35 37 41 44 49 52 56 62",
        "7 11 13 14 19 21 22 25 26 35 37 38 41 42 49 52 56 62",
    ),
    128: (
        "127",
        "31 103",
        "31 103 43",
        "31 103 43 85",
        "31 103 43 85 121",
        "31 103 43 85 44 86",
        "31 103 43 85 46 61 114",
        "31 103 43 85 46 61 114 67",
        "31 103 43 85 44 86 88 53 110",
        "31 103 43 85 46 61 114 67 78 116",
        "31 103 43 85 46 61 114 67 78 116 121",
        "31 103 43 85 46 61 114 67 78 55 58 86",
        "31 103 43 85 46 61 114 67 78 55 58 86 91",
        "31 103 43 85 44 82 54 56 88 78 123 125 104 25",
        "31 103 43 85 44 86 88 53 78 58 83 97 28 104 114",
        "31 103 43 85 44 82 54 56 88 78 123 125 104 25 112 49",
        "31 103 43 85 44 86 88 53 110 19 28 57 67 98 100 26 105",
    ),
}
# fmt: on

_BEYOND = (32, 64, 128)
"""Numbers of cells in which fractions of more factors than are listed exist."""


def catalogued_runs(n_factors: int) -> list[int]:
    """Numbers of cells for which there is a fraction of this many factors, ascending."""
    return [n for n in _COLUMNS if added_columns(n_factors, n)]


def added_columns(n_factors: int, n_cells: int) -> list[int]:
    """The columns of the factors that are not basic factors; empty if there is no such fraction.

    Beyond the lines: products of an odd number of basic factors, which give resolution IV while they last
    (Box & Hunter 1961, doi:10.1080/00401706.1961.10489951), then the others.
    """
    lines = _COLUMNS.get(n_cells, ())
    n_added = n_factors - (n_cells.bit_length() - 1)
    if 0 < n_added <= len(lines):
        return [int(c) for c in lines[n_added - 1].split()]
    products = [c for c in range(n_cells) if c.bit_count() > 1]
    products.sort(key=lambda c: c.bit_count() % 2 == 0)
    beyond = n_cells in _BEYOND and len(lines) < n_added <= len(products)
    return products[:n_added] if beyond else []
