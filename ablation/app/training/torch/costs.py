"""Operations and forward passes on PyTorch; see `backends.Costs`."""

from collections.abc import Callable
from typing import Any

import keras
import torch
from torch.utils.flop_counter import FlopCounterMode


def forward(network: keras.Model, inputs: Any) -> Callable[[], None]:
    """A forward pass, as training runs it: not compiled."""
    given = keras.tree.map_structure(keras.ops.convert_to_tensor, inputs)

    def call() -> None:
        with torch.no_grad():
            network(given, training=False)
        if torch.cuda.is_available():
            torch.cuda.synchronize()

    return call


def flops(network: keras.Model, inputs: Any) -> float:
    """Operations of matrix products and convolutions of a forward pass: PyTorch counts no others."""
    with FlopCounterMode(display=False) as counter:
        forward(network, inputs)()
    return float(counter.get_total_flops())
