"""Operations and forward passes on PyTorch; see `backends.Costs`."""

from typing import Any

import keras
import torch
from torch.utils.flop_counter import FlopCounterMode

from ablation.app.training.backends import ForwardPass


def forward(network: keras.Model, inputs: Any) -> ForwardPass:
    """A forward pass, as training runs it: not compiled; operations of products and convolutions alone."""
    tensors = keras.tree.map_structure(keras.ops.convert_to_tensor, inputs)

    def call() -> None:
        with torch.no_grad():
            network(tensors, training=False)
        if torch.cuda.is_available():
            torch.cuda.synchronize()

    def flops() -> float:
        with FlopCounterMode(display=False) as counter:
            call()
        return float(counter.get_total_flops())

    return ForwardPass(call, flops)
