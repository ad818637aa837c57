"""Compiled programs, each compiled once per process, however many cells share it."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

_N_KEPT = 24  # programs; a cell has three
_programs: OrderedDict[str, Any] = OrderedDict()


@dataclass(frozen=True)
class Program:
    """A compiled function.

    Args:
        run: calls it with arguments of the shapes that it was compiled for.
        scratch_bytes: what it needs beside its arguments.
    """

    run: Callable[..., Any]
    scratch_bytes: int


def compiled(function: Callable[..., Any], *arguments: Any, overwrites: bool = False) -> Program:
    """Compile a function for arguments of these shapes, or take the program of another cell.

    Two functions share a program when JAX lowers them to the same text, so nothing has to be assumed of
    networks or losses; tracing alone is repeated.

    Args:
        function: pure.
        arguments: arrays, or what has shape and type of some.
        overwrites: the first argument's memory may hold the result.
    """
    lowered = jax.jit(function, donate_argnums=(0,) if overwrites else ()).lower(*arguments)
    # The text leaves out arguments that are not used; a compiled program still checks them.
    text = f"{lowered.as_text()}{lowered.in_tree}{lowered.out_tree}{lowered.in_avals}"
    key = hashlib.sha256(text.encode()).hexdigest()
    if key not in _programs:
        _programs[key] = _compile(lowered)
    _programs.move_to_end(key)
    while len(_programs) > _N_KEPT:
        _programs.popitem(last=False)
    return _program(_programs[key])


def step_by_step(step: Program) -> Program:
    """An epoch that returns to Python after each step.

    On a CPU, XLA takes a slow way for convolutions backwards when they stand in a loop: a step of the
    article's network took eight times as long (https://github.com/jax-ml/jax/issues/12868).

    Args:
        step: (state and sum of losses, indices (runs, batch), …) → the same after a step.

    Returns:
        (state, order (runs, steps, batch), …) → the state after all steps, and the mean loss, (runs,).
    """

    def run(state: Any, order: jax.Array, *rest: Any) -> tuple[Any, Any]:
        steps = np.asarray(order).swapaxes(0, 1)  # on a CPU this copies nothing
        carried = state, np.zeros(steps.shape[1], np.float32)
        for indices in steps:
            carried = step.run(carried, indices, *rest)
        state, total = carried
        return state, total / np.float32(len(steps))

    return Program(run, step.scratch_bytes)


def _compile(lowered: Any) -> Any:
    return lowered.compile()


def _program(executable: Any) -> Program:
    memory, scratch = executable.memory_analysis(), 0
    if memory is not None:  # what the result needs beside the memory of arguments that it overwrites
        fresh = memory.output_size_in_bytes - memory.alias_size_in_bytes
        scratch = memory.temp_size_in_bytes + max(0, fresh)
    return Program(executable, int(scratch))
