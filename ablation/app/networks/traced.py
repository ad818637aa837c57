"""Numbers that each run of one program has for itself: which activation, and how much dropout keeps.

Networks that differ in nothing else have the same weights, so one program can train them side by side. The
numbers are no weights: the loop gives them to the program as arguments, run by run.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import keras
from keras import layers, ops

ACTIVATION, KEPT = "activation", "kept"


@dataclass(frozen=True)
class Traced:
    """What networks leave open while they are built.

    Args:
        activations: among which ACTIVATION chooses by its place.
        variables: name → the scalar that holds a run's number: ACTIVATION, int32; KEPT, float32, the share of
            activations that dropout keeps, 1 where it is off. (Not the rate: in float32, 1 − rate may be
            another number than Python's, and dropout then draws another mask.)
    """

    activations: tuple[str, ...]
    variables: dict[str, keras.Variable]


_open: ContextVar[Traced] = ContextVar("_open")


@contextmanager
def traced(activations: Sequence[str], dropout: bool) -> Iterator[Traced]:
    """Build the networks of a `with` block so that runs of one program can differ in these.

    Args:
        activations: different ones of `keras.activations`; with less than two, nothing is left open.
        dropout: whether dropout's rate is left open.
    """
    variables = {}
    if len(activations) > 1:
        variables[ACTIVATION] = keras.Variable(0, dtype="int32", trainable=False, name=ACTIVATION)
    if dropout:
        variables[KEPT] = keras.Variable(1.0, dtype="float32", trainable=False, name=KEPT)
    token = _open.set(Traced(tuple(activations), variables))
    try:
        yield _open.get()
    finally:
        _open.reset(token)


def left_open(name: str) -> Traced | None:
    """What the network that is being built leaves open, if this number is of it."""
    current = _open.get(None)
    return current if current and name in current.variables else None


class SwitchedActivation(layers.Layer):
    """The activation that a run's number chooses; mapped over runs, all are computed and one is taken."""

    def __init__(self, numbers: Traced, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._numbers = numbers  # no list or variable of the layer's own: Keras would count it as a weight

    def call(self, x: Any) -> Any:
        """Any shape → the same."""
        branches = [keras.activations.get(name) for name in self._numbers.activations]
        return ops.switch(self._numbers.variables[ACTIVATION].value, branches, x)


class TracedDropout(layers.Dropout):
    """Dropout of which a run's number says what it keeps; it draws what Keras' dropout of that rate draws."""

    def __init__(self, numbers: Traced, **kwargs: Any) -> None:
        super().__init__(0.5, **kwargs)  # any rate but 0, with which Keras would draw nothing
        self._numbers = numbers

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Any shape → the same; where all is kept, each number is divided by 1 and stays what it is."""
        if not training:
            return inputs
        share = self._numbers.variables[KEPT].value
        drawn = keras.random.uniform(ops.shape(inputs), dtype="float32", seed=self.seed_generator)
        return ops.where(drawn < share, inputs / ops.cast(share, inputs.dtype), ops.zeros_like(inputs))
