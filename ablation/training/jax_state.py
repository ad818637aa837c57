"""The state of a pack: everything that training changes, one slice per run."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import jax
import keras
import numpy as np

from ablation.training.seeding import initial_values

Tensors = list[Any]


class State(NamedTuple):
    """Values of variables; in a pack each has a leading axis, the runs.

    Args:
        trainable: of the network.
        others: moving statistics and random generators of the network.
        optimizer: of the optimiser.
    """

    trainable: Tensors
    others: Tensors
    optimizer: Tensors


def initial_state(network: keras.Model, optimizer: Any, seeds: Sequence[int]) -> State:
    """Where these seeds start, on the device.

    Args:
        network: built.
        optimizer: built, with the values with which every run starts.
        seeds: one slice of the state each.
    """
    drawn = [dict(zip(map(id, network.variables), initial_values(network, s), strict=True)) for s in seeds]

    def stacked(variables: Sequence[Any]) -> Tensors:
        return [np.stack([np.asarray(values[id(v)], v.dtype) for values in drawn]) for v in variables]

    fresh = [np.stack([np.asarray(v.value)] * len(seeds)) for v in optimizer.variables]
    drawn_state = State(stacked(network.trainable_variables), stacked(network.non_trainable_variables), fresh)
    state: State = jax.device_put(drawn_state)
    return state


def state_shapes(network: keras.Model, optimizer: Any, n: int) -> State:
    """Shapes and types of the state of n runs."""
    return State(
        *(
            [jax.ShapeDtypeStruct((n, *v.shape), v.dtype) for v in variables]
            for variables in (
                network.trainable_variables,
                network.non_trainable_variables,
                optimizer.variables,
            )
        )
    )


@contextmanager
def holding(network: keras.Model, state: State) -> Iterator[keras.StatelessScope]:
    """Let a network compute with the values of one run; its own variables stay as they are.

    Yields:
        The scope, which `others_after` asks for what has changed.
    """
    values = [*state.trainable, *state.others]
    variables = [*network.trainable_variables, *network.non_trainable_variables]
    with keras.StatelessScope(list(zip(variables, values, strict=True))) as scope:
        yield scope


def others_after(network: keras.Model, scope: keras.StatelessScope) -> Tensors:
    """Statistics and random generators as the computation left them."""
    return [scope.get_current_value(v) for v in network.non_trainable_variables]


def weights_of(network: keras.Model, state: State) -> list[dict[str, np.ndarray]]:
    """Path of a weight → its values, of each run of a pack; fetched from the device at once."""
    paths = {id(v): v.path for v in network.weights}
    variables = [*network.trainable_variables, *network.non_trainable_variables]
    values = zip(variables, [*state.trainable, *state.others], strict=True)
    fetched = jax.device_get({paths[id(v)]: value for v, value in values if id(v) in paths})
    return [{path: fetched[path][i] for path in paths.values()} for i in range(_length(state))]


def _length(state: State) -> int:
    """The runs of a pack."""
    return int(state.optimizer[0].shape[0])
