"""The trainable weights of a network end to end in one vector, which is all that an optimiser updates.

Adam takes about fifteen operations for each array that it updates, and a network has some fifty arrays: with
one vector instead, most operations of a training step are gone, and what they cost to trace and compile. Adam
updates each number independently, so every weight stays the same bit by bit.
"""

from collections.abc import Sequence
from itertools import accumulate
from math import prod
from typing import Any

import keras
from keras import ops


class FlatWeights:
    """Where in the vector each trainable weight of a network lies.

    Args:
        network: built.

    Attributes:
        variables: the trainable weights, in the network's order.
        size: numbers in the vector.
        cuts: where each weight but the first begins.
    """

    def __init__(self, network: keras.Model) -> None:
        self.variables = list(network.trainable_variables)
        *cuts, size = accumulate(prod(v.shape) for v in self.variables)
        self.cuts, self.size = cuts, size

    def join(self, values: Sequence[Any]) -> Any:
        """One tensor for each weight → the vector, float32 (size,)."""
        return ops.concatenate([ops.reshape(ops.cast(value, "float32"), (-1,)) for value in values])

    def split(self, vector: Any) -> list[Any]:
        """The vector → one tensor for each weight, of its shape."""
        parts = zip(ops.split(vector, self.cuts), self.variables, strict=True)
        return [ops.reshape(part, v.shape) for part, v in parts]
