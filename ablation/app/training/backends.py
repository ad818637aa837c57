"""The backends of Keras that train here: a line each, and a package with `device`, `loop` and `costs`."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

from ablation.errors import UsageError
from ablation.results.outcome import Outcome

if TYPE_CHECKING:
    import keras

    from ablation.app.training.problem import Problem, Run, Schedule

BACKENDS = {
    "tensorflow": "ablation.app.training.tensorflow",
    "jax": "ablation.app.training.jax",
    "torch": "ablation.app.training.torch",
}
"""Keras' name → package; the first is Keras' default."""


class Device(Protocol):
    """The module `device` of a backend."""

    def prepare(self, threads: int | None) -> str:
        """Set threads, GPU and memory, before the backend has done anything; later calls change nothing.

        Args:
            threads: of this process; None leaves it to the backend.

        Returns:
            The device's name, such as "CPU, 1 thread" or "NVIDIA H200".
        """

    def is_out_of_memory(self, error: Exception) -> bool:
        """Whether this error of the backend says that the device has no memory left."""


class Loop(Protocol):
    """The module `loop` of a backend."""

    def train(
        self, problem: "Problem", schedule: "Schedule", seeds: "Sequence[int | Run]", pack: str
    ) -> Iterator[Outcome]:
        """Train the network from each seed; yield each run as soon as it is finished.

        The history of a run ends where its loss is no longer finite, and the run is returned with that loss.

        Args:
            problem: network, losses and data. The network is built once and re-initialised for each seed.
            schedule: epochs and rates.
            seeds: at least 0 each; on JAX alone, runs that have numbers of their own.
            pack: how many may be trained at once: a number, or `auto` for as many as the device holds.
        """

    def value_and_gradients(
        self, function: Callable[[list[Any]], Any], tensors: Sequence[Any]
    ) -> tuple[Any, list[Any]]:
        """The value of a function, and the gradient of its sum. It can be traced.

        Args:
            function: tensors → a tensor of any shape. It must change no variable.
            tensors: where to differentiate.

        Returns:
            The tensor, and for each of `tensors` a gradient of its shape, zeros where nothing depends on it.
        """


@dataclass(frozen=True)
class ForwardPass:
    """A forward pass of a network, compiled where the backend compiles.

    A multiplication and an addition are two operations. Backends differ in what else they count: TensorFlow's
    profiler counts convolutions over padding and no activations, XLA no padding and activations, PyTorch
    products and convolutions alone.

    Args:
        call: returns when its result is there.
        flops: counts its floating-point operations.
    """

    call: Callable[[], None]
    flops: Callable[[], float]


class Costs(Protocol):
    """The module `costs` of a backend."""

    def forward(self, network: "keras.Model", inputs: Any) -> ForwardPass:
        """A network's forward pass, traced once.

        Args:
            network: what is called.
            inputs: what with, as `problem.inputs_of` gives it.
        """


def backend_name() -> str:
    """The backend that Keras has, or will have once it is loaded.

    Raises:
        UsageError: it cannot train here, or Keras does not know it.
    """
    name = os.environ.get("KERAS_BACKEND") or next(iter(BACKENDS))
    if name in BACKENDS:  # Keras' own error for an unknown name says less
        import keras

        name = keras.backend.backend()  # a file of the user's may name another
    if name not in BACKENDS:
        raise UsageError(
            f"Training runs on Keras' backends {', '.join(BACKENDS)}. Received: {name}. "
            "Unset KERAS_BACKEND, or set it to one of them."
        )
    return name


def device() -> Device:
    """The module of this process' backend."""
    return cast(Device, import_module(f"{BACKENDS[backend_name()]}.device"))


def loop() -> Loop:
    """The module of this process' backend."""
    return cast(Loop, import_module(f"{BACKENDS[backend_name()]}.loop"))


def costs() -> Costs:
    """The module of this process' backend."""
    return cast(Costs, import_module(f"{BACKENDS[backend_name()]}.costs"))
