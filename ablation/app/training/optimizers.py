"""Optimisers of one vector in which all trainable weights of a network lie (`flat.py`).

- `adam`: Kingma & Ba 2015 (arXiv 1412.6980).
- `adamw`: Adam, and decay of weights apart from the gradient (Loshchilov & Hutter 2019, arXiv 1711.05101).
- `muon`: the momentum of each matrix made orthogonal (Jordan et al. 2024), scaled to the size of Adam's steps
  (Liu et al. 2025, arXiv 2502.16982); Adam for what is no matrix; decay as `adamw`. Keras' Muon leaves
  kernels of convolutions to Adam; here a kernel is a matrix, pixels and channels × filters, as its authors
  have it.

Matrices and kernels decay; biases, scales and shifts of normalisations do not.
"""

from math import prod
from typing import Any

import keras
import numpy as np
from keras import ops

from ablation.app.training.flat import FlatWeights
from ablation.app.training.problem import Schedule

Rates = Any
"""Of learning: a number, or steps taken → a number."""


class AdamW(keras.optimizers.Adam):
    """Adam, and decay of matrices.

    Args:
        rates: of learning.
        decay: share of a weight that a step takes away, times the learning rate.
        flat: where each weight lies.
    """

    def __init__(self, rates: Rates, decay: float, flat: FlatWeights) -> None:
        super().__init__(rates)
        self._decay = decay * _is_matrix(flat)

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """One step of the vector."""
        self.assign_sub(variable, learning_rate * self._decay * variable)
        super().update_step(gradient, variable, learning_rate)


class Muon(keras.optimizers.Muon):
    """Keras' Muon on the matrices of the vector, and its Adam on the rest; arguments as for `AdamW`."""

    def __init__(self, rates: Rates, decay: float, flat: FlatWeights) -> None:
        super().__init__(rates, weight_decay=None, adam_weight_decay=None)
        self._flat, self._matrices = flat, _is_matrix(flat)
        self._decay = decay * self._matrices

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """One step of the vector: Adam's, of which that of the matrices is put into the place."""
        (momentum,) = self.momentums
        weights = variable * (1 - learning_rate * self._decay)
        pushed = gradient + self.momentum * momentum
        self.assign(variable, weights)
        super().update_step(gradient, variable, learning_rate)
        ahead = self._flat.split(gradient + self.momentum * pushed)
        steps = self._flat.join([self._step(each) for each in ahead])
        is_matrix = self._matrices > 0
        for held, of_matrices in ((momentum, pushed), (variable, weights - learning_rate * steps)):
            self.assign(held, ops.where(is_matrix, of_matrices, ops.convert_to_tensor(held)))

    def _step(self, ahead: Any) -> Any:
        """The step of one weight before the learning rate; 0 for a weight that is no matrix."""
        if len(ahead.shape) < 2:
            return ops.zeros_like(ahead)
        matrix = ops.reshape(ahead, (prod(ahead.shape[:-1]), ahead.shape[-1]))
        orthogonal = self.zeropower_via_newtonschulz5(matrix, self.ns_steps)
        return ops.reshape(self.lr_adjust(orthogonal), ahead.shape)


def _is_matrix(flat: FlatWeights) -> np.ndarray:
    """1 for each number of a matrix or a kernel, 0 for the others, float32 (size,)."""
    parts = [np.full(prod(v.shape), len(v.shape) > 1, np.float32) for v in flat.variables]
    return np.concatenate(parts)


def optimizer_of(schedule: Schedule, flat: FlatWeights, rates: Rates) -> keras.optimizers.Optimizer:
    """The optimiser of a schedule, for the vector of a network's weights; it is not built."""
    if schedule.optimizer == "adam":
        return keras.optimizers.Adam(rates)
    return {"adamw": AdamW, "muon": Muon}[schedule.optimizer](rates, schedule.weight_decay, flat)
