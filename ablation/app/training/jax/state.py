"""The state of a pack: everything in which its runs differ, one slice per run."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import jax
import keras
import numpy as np

from ablation.app.training.flat import FlatWeights
from ablation.app.training.problem import Run
from ablation.app.training.seeding import initial_values

Tensors = list[Any]


class State(NamedTuple):
    """Values of variables; in a pack each has a leading axis, the runs.

    Args:
        weights: the network's trainable ones, end to end in one vector.
        others: moving statistics and random generators of the network.
        optimizer: of the optimiser.
        numbers: name → what a run has for itself and keeps, such as its learning rate.
    """

    weights: Any
    others: Tensors
    optimizer: Tensors
    numbers: Mapping[str, Any]


def initial_state(
    network: keras.Model, optimizer: Any, runs: Sequence[Run], types: Mapping[str, str]
) -> State:
    """Where these runs start, on the device.

    Args:
        network: built.
        optimizer: built, with the values with which every run starts.
        runs: one slice of the state each.
        types: name of a number → its type.
    """
    seeds = [run.seed for run in runs]
    drawn = [dict(zip(map(id, network.variables), initial_values(network, s), strict=True)) for s in seeds]

    def stacked(variables: Sequence[Any]) -> Tensors:
        return [np.stack([np.asarray(values[id(v)], v.dtype) for values in drawn]) for v in variables]

    weights = [values.reshape(len(seeds), -1) for values in stacked(network.trainable_variables)]
    fresh = [np.stack([np.asarray(v.value)] * len(seeds)) for v in optimizer.variables]
    numbers = {name: np.array([run.numbers[name] for run in runs], kind) for name, kind in types.items()}
    others = stacked(network.non_trainable_variables)
    drawn_state = State(np.concatenate(weights, axis=1), others, fresh, numbers)
    state: State = jax.device_put(drawn_state)
    return state


def state_shapes(network: keras.Model, optimizer: Any, n: int, types: Mapping[str, str]) -> State:
    """Shapes and types of the state of n runs; arguments as for `initial_state`."""

    def shapes(variables: Sequence[Any]) -> Tensors:
        return [jax.ShapeDtypeStruct((n, *v.shape), v.dtype) for v in variables]

    weights = jax.ShapeDtypeStruct((n, FlatWeights(network).size), np.float32)
    numbers = {name: jax.ShapeDtypeStruct((n,), kind) for name, kind in types.items()}
    others = shapes(network.non_trainable_variables)
    return State(weights, others, shapes(optimizer.variables), numbers)


def weights_of(network: keras.Model, state: State) -> list[dict[str, np.ndarray]]:
    """Path of a weight → its values, of each run of a pack; fetched from the device at once."""
    flat = FlatWeights(network)
    vectors, others = jax.device_get((state.weights, state.others))

    def of_run(i: int) -> dict[str, np.ndarray]:
        parts = zip(flat.variables, np.split(vectors[i], flat.cuts), strict=True)
        values = {id(v): part.reshape(v.shape) for v, part in parts}
        rest = zip(network.non_trainable_variables, others, strict=True)
        values |= {id(v): stacked[i] for v, stacked in rest}
        return {v.path: values[id(v)] for v in network.weights}

    return [of_run(i) for i in range(len(vectors))]
