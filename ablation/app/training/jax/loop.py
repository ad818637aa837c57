"""The JAX loop: all runs of a pack in one compiled program, mapped over stacked weights.

`jax.vmap` adds the runs as a leading axis (`jax.steps`), `jax.lax.scan` takes the steps of an epoch without
returning to Python (but on a CPU: see `step_by_step`). Data are on the device once, whatever the pack.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from ablation.app.training.finish import finish
from ablation.app.training.jax.device import is_out_of_memory
from ablation.app.training.jax.program import Program, compiled, step_by_step
from ablation.app.training.jax.state import State, initial_state, state_shapes, weights_of
from ablation.app.training.jax.steps import Steps
from ablation.app.training.packing import train_packed
from ablation.app.training.problem import Problem, Run, Schedule, n_images, order_of, whole_batches
from ablation.results.outcome import Outcome

_TEST_BATCH = 100  # images measured at once, of each run


def train(problem: Problem, schedule: Schedule, seeds: Sequence[int | Run], pack: str) -> Iterator[Outcome]:
    """Train the seeds in packs; see `backends.Loop`. Here runs may also have numbers of their own."""
    return train_packed(JaxLoop(problem, schedule), seeds, pack)


def value_and_gradients(
    function: Callable[[list[Any]], Any], tensors: Sequence[Any]
) -> tuple[Any, list[Any]]:
    """The value of a function, and the gradient of its sum; see `backends.Loop`."""
    value, pull_back = jax.vjp(function, list(tensors))
    return value, pull_back(jax.numpy.ones_like(value))[0]


@dataclass(frozen=True)
class Programs:
    """The compiled programs for packs of one size.

    Args:
        epoch: one epoch of training.
        measure: the losses on the test images.
        probe: the problem's probes.
        bytes: device memory of a pack, beside the data.
        compile_seconds: until they were ready.
    """

    epoch: Program
    measure: Program
    probe: Program
    bytes: int
    compile_seconds: float


class JaxLoop:
    """A network ready to be trained from any seeds.

    Args:
        problem: network, losses, data and probes.
        schedule: how long and how fast.
        for_gpu: whether an epoch is one program, or each of its steps is one, and how gradients are taken
            (see `jax.steps`). None: as suits the device.
    """

    def __init__(self, problem: Problem, schedule: Schedule, for_gpu: bool | None = None) -> None:
        self.problem, self.schedule, self.network = problem, schedule, problem.network
        self.for_gpu = not _is_cpu() if for_gpu is None else for_gpu
        self.steps = Steps(problem, schedule, self.for_gpu)
        self._train = jax.device_put(dict(problem.train))
        self._test, self._mask = jax.device_put(whole_batches(problem.test, _TEST_BATCH))
        self._probed = jax.device_put([dict(probe.data) for probe in problem.probes])
        self._programs: dict[int, Programs] = {}

    def fitting(self, n: int) -> int:
        """How many runs, at most n, fit into the device's memory by the compiler's count.

        1 on a CPU: its cores are busy with one run, and a pack gained little or nothing (docs/benchmarks.md).
        """
        if _is_cpu():
            return 1
        free = free_bytes()
        while n > 1 and self.programs(n).bytes > free:
            n = max(1, min(n - 1, int(n * free / self.programs(n).bytes)))
        return n

    is_out_of_memory = staticmethod(is_out_of_memory)

    def train(self, runs: Sequence[int | Run]) -> list[Outcome]:
        """Train these seeds, or runs with numbers of their own, together, from scratch.

        The host waits for the device once in an epoch, for the mean loss of its steps. The next epoch's order
        is drawn before, so that the device has its next work as soon as the host knows of the end.
        """
        whole = [self._whole(run) for run in runs]
        seeds = [run.seed for run in whole]
        programs = self.programs(len(seeds))
        state = initial_state(self.network, self.steps.optimizer, whole, self.steps.types)
        orders = (self._order(seeds, epoch) for epoch in range(self.schedule.epochs))
        order = next(orders, None)
        train_losses: list[np.ndarray] = []
        measured: list[dict[str, jax.Array]] = []
        alive = np.ones(len(seeds), bool)
        times = [time.perf_counter()]
        while order is not None and alive.any():
            state, train_loss = programs.epoch.run(state, order, self._train)
            order = next(orders, None)
            train_losses.append(jax.device_get(train_loss))
            times.append(time.perf_counter())
            state, losses = programs.measure.run(state, self._test, self._mask)
            measured.append(losses)
            alive &= np.isfinite(train_losses[-1])
        tests = jax.device_get(measured)
        measure_seconds = time.perf_counter() - times[-1]  # the last one; each computes the same
        spent = {
            "train_seconds": _train_seconds(times, measure_seconds) / len(seeds),
            "measure_seconds": np.full(len(measured), measure_seconds / len(seeds)),
        }
        recorded = [
            {"train_loss": loss, **{f"test_{name}": losses[name] for name in self.problem.loss_names}}
            for loss, losses in zip(train_losses, tests, strict=True)
        ]
        return self._finish(seeds, recorded, spent, programs, state)

    def programs(self, n: int) -> Programs:
        """Compiled for packs of n runs."""
        if n not in self._programs:
            start = time.perf_counter()
            state = state_shapes(self.network, self.steps.optimizer, n, self.steps.types)
            n_train, batch = n_images(self.problem.train), self.schedule.batch_size
            order = jax.ShapeDtypeStruct((n, n_train // batch, batch), np.int32)
            programs = (
                self._epoch_program(state, order),
                compiled(self.steps.measure, state, self._test, self._mask, overwrites=True),
                compiled(self.steps.probe, state, self._probed),
            )
            there = state, order, order  # that of the next epoch is drawn while this one is trained
            held = sum(leaf.size * leaf.dtype.itemsize for leaf in jax.tree.leaves(there))
            needed = held + max(program.scratch_bytes for program in programs)
            self._programs[n] = Programs(*programs, needed, time.perf_counter() - start)
        return self._programs[n]

    def _epoch_program(self, state: State, order: jax.ShapeDtypeStruct) -> Program:
        """What trains a pack for an epoch, its steps in one program or one by one."""
        if self.for_gpu:
            return compiled(self.steps.epoch, state, order, self._train, overwrites=True)
        n, _, batch = order.shape
        carried = state, jax.ShapeDtypeStruct((n,), np.float32)
        indices = jax.ShapeDtypeStruct((n, batch), order.dtype)
        return step_by_step(compiled(self.steps.step, carried, indices, self._train, overwrites=True))

    def _whole(self, run: int | Run) -> Run:
        """A run with all of its own numbers."""
        seed, numbers = run if isinstance(run, Run) else (run, {})
        rates = {"learning_rate": self.schedule.learning_rate, "decay": self.schedule.decay}
        return Run(seed, {**rates, **numbers})

    def _order(self, seeds: Sequence[int], epoch: int) -> jax.Array:
        """The images of each step of each run, (runs, steps, batch), on the device."""
        batch = self.schedule.batch_size
        return jax.device_put(np.stack([order_of(self.problem, seed, epoch, batch) for seed in seeds]))

    def _finish(
        self,
        seeds: Sequence[int],
        recorded: Sequence[dict[str, np.ndarray]],
        spent: Mapping[str, np.ndarray],
        programs: Programs,
        state: State,
    ) -> list[Outcome]:
        """Each run of a pack as if it had been alone."""
        measured = jax.device_get(programs.probe.run(state, self._probed))
        weights = weights_of(self.network, state)

        def run(i: int, seed: int) -> Outcome:
            history = {name: [float(losses[name][i]) for losses in recorded] for name in recorded[0]}
            n_epochs = _until_diverged(history["train_loss"])
            history = {name: values[:n_epochs] for name, values in history.items()}
            costs = {name: float(seconds[:n_epochs].sum()) for name, seconds in spent.items()}
            costs["compile_seconds"] = programs.compile_seconds
            probed = [{name: array[i] for name, array in arrays.items()} for arrays in measured]
            provenance = {"backend": "jax", "pack": str(len(seeds))}
            return finish(self.problem, seed, history, costs, lambda: probed, weights[i], provenance)

        return [run(i, seed) for i, seed in enumerate(seeds)]


def _is_cpu() -> bool:
    return bool(jax.local_devices()[0].platform == "cpu")


def free_bytes() -> float:
    """Free memory of the device; infinite where the device does not report it."""
    stats = jax.local_devices()[0].memory_stats() or {}
    return float(stats.get("bytes_limit", math.inf)) - float(stats.get("bytes_in_use", 0))


def _train_seconds(times: Sequence[float], measure_seconds: float) -> np.ndarray:
    """How long the steps of each epoch took.

    Args:
        times: of the start, and of the end of the steps of each epoch. Between two ends lies the measure of
            the first as well.
        measure_seconds: of one measure.
    """
    spans = np.diff(times)
    spans[1:] -= measure_seconds
    return spans.clip(min=0)


def _until_diverged(losses: Sequence[float]) -> int:
    """How many epochs there were, the first that gave no number included."""
    return next((i + 1 for i, loss in enumerate(losses) if not math.isfinite(loss)), len(losses))
