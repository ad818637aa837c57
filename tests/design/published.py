"""Designs and their properties as others published them, and checks that share no code with ours."""

from collections import Counter
from itertools import combinations, product

import numpy as np

FLAGS = [False, True]

MIXED = {"bn": FLAGS, "drop": FLAGS, "skip": FLAGS, "attention": ["none", "channel", "spatial", "both"]}
"""The article's 2×2×2×4."""

L9 = ["1111", "1222", "1333", "2123", "2231", "2312", "3132", "3213", "3321"]
"""Taguchi's L9(3^4); Montgomery, Design and Analysis of Experiments, §12."""

# fmt: off
L18 = [
    "11111111", "11222222", "11333333", "12112233", "12223311", "12331122",
    "13121323", "13232131", "13313212", "21133221", "21211332", "21322113",
    "22123132", "22231213", "22312321", "23132312", "23213123", "23321231",
]
# fmt: on
"""Taguchi's L18(2^1 3^7)."""

PLACKETT_BURMAN_ROWS = {
    12: "++-+++---+-",
    20: "++--++++-+-+----++-",
    24: "+++++-+-++--++--+-+----",
}
"""First rows of Plackett & Burman 1946; shifted cyclically, and a last row of −."""

WORD_LENGTHS = {
    (4, 8): "0 0 0 1",
    (5, 8): "0 0 2 1 0",
    (6, 8): "0 0 4 3 0 0",
    (7, 8): "0 0 7 7 0 0 1",
    (5, 16): "0 0 0 0 1",
    (6, 16): "0 0 0 3 0 0",
    (7, 16): "0 0 0 7 0 0 0",
    (8, 16): "0 0 0 14 0 0 0 1",
    (9, 16): "0 0 4 14 8 0 4 1 0",
    (10, 16): "0 0 8 18 16 8 8 5",
    (11, 16): "0 0 12 26 28 24 20 13",
    (15, 16): "0 0 35 105 168 280 435",
    (7, 32): "0 0 0 1 2 0 0",
    (8, 32): "0 0 0 3 4 0 0 0",
    (9, 32): "0 0 0 6 8 0 0 1 0",
    (10, 32): "0 0 0 10 16 0 0 5 0 0",
    (11, 32): "0 0 0 25 0 27 0",
    (16, 32): "0 0 0 140 0 448 0",
    (8, 64): "0 0 0 0 2 1 0 0",
    (9, 64): "0 0 0 1 4 2 0 0 0",
    (10, 64): "0 0 0 2 8 4 0 1 0 0",
    (12, 64): "0 0 0 6 24 16 0",
    (9, 128): "0 0 0 0 0 3 0 0 0",
    (11, 128): "0 0 0 0 6 6",
    (15, 128): "0 0 0 7 32 52",
}
"""(factors, cells) → A_1, A_2, … of the minimum-aberration fraction (Chen, Sun & Wu 1993; Xu 2009; FrF2)."""


def two_level(n_factors):
    """Factors A, B, … with the levels 0 and 1."""
    return {name: [0, 1] for name in "ABCDEFGHJKLMNOPQRSTUVWXYZabcdefghijkl"[:n_factors]}


def signs(design):
    """Factor → its column of −1 and 1."""
    return {f: np.array([2 * v.index(c[f]) - 1 for c in design.cells]) for f, v in design.factors.items()}


def rows(design):
    """Cells as positions of levels."""
    return np.array([[v.index(c[f]) for f, v in design.factors.items()] for c in design.cells])


def strength(codes):
    """The largest t such that any t columns hold every combination equally often."""
    levels = [sorted(set(column)) for column in codes.T.tolist()]
    for t in range(1, codes.shape[1] + 1):
        for columns in combinations(range(codes.shape[1]), t):
            counts = Counter(map(tuple, codes[:, columns].tolist()))
            expected = list(product(*(levels[i] for i in columns)))
            if len({counts[e] for e in expected}) > 1:
                return t - 1
    return codes.shape[1]


def dummies(codes, effects, balanced=False):
    """Columns of each effect (positions of factors): products of 0/1, or (balanced) of level − last."""
    n_levels = codes.max(0) + 1
    columns = {(): np.ones((len(codes), 1))}
    for effect in effects:
        x = np.ones((len(codes), 1))
        for i in effect:
            own = np.eye(n_levels[i])[codes[:, i]]
            own = own[:, :-1] - own[:, -1:] if balanced else own[:, 1:]
            x = (x[:, :, None] * own[:, None, :]).reshape(len(codes), -1)
        columns[effect] = x
    return columns


def rank(columns):
    """Of the columns together."""
    return np.linalg.matrix_rank(np.hstack(list(columns.values())))


def plackett_burman(n_cells):
    """The published design."""
    first = [1 if c == "+" else 0 for c in PLACKETT_BURMAN_ROWS[n_cells]]
    shifted = [first[-i:] + first[:-i] for i in range(n_cells - 1)]
    return np.array([*shifted, [0] * (n_cells - 1)])
