"""PyTorch's threads and GPU."""

import os
from contextlib import suppress

import keras
import torch

from ablation.errors import UsageError
from ablation.gpus import count_gpus, take_slot
from ablation.words import counted


def prepare(threads: int | None) -> str:
    """Set threads, and take one GPU for this process; see `backends.Device`.

    Raises:
        UsageError: there is a GPU, and a PyTorch that cannot use it.
    """
    if threads:
        torch.set_num_threads(threads)
        with suppress(RuntimeError):  # it has started, and keeps the threads that it has
            torch.set_num_interop_threads(threads)
    kind = keras.ops.zeros(()).device.type  # Keras' choice; KERAS_TORCH_DEVICE names another
    if kind == "cuda":
        n = torch.cuda.device_count()
        torch.cuda.set_device(take_slot(n, "gpu-" + os.environ.get("CUDA_VISIBLE_DEVICES", "all")))
        return str(torch.cuda.get_device_name())
    if kind != "cpu":
        return f"GPU ({kind})"
    n = count_gpus()
    if n and "KERAS_TORCH_DEVICE" not in os.environ:
        raise UsageError(
            f"Expected PyTorch to use the {counted(n, 'GPU')} of this machine. Received: a PyTorch that "
            "finds none. Install a build for it (https://pytorch.org/get-started/locally); or train on the "
            "CPU: KERAS_TORCH_DEVICE=cpu"
        )
    return f"CPU, {counted(torch.get_num_threads(), 'thread')}"


def has_bfloat16() -> bool:
    """Whether a convolution to one channel has a gradient in bfloat16 here.

    Where oneDNN has none for a processor (x86 without AVX-512), PyTorch's own refuses such a kernel as Keras
    lays it out. Which processors these are depends on both versions, so it is tried.
    """
    device = keras.ops.zeros(()).device
    kernel = torch.zeros(3, 3, 2, 1, dtype=torch.bfloat16, device=device, requires_grad=True)
    images = torch.zeros(1, 4, 4, 2, dtype=torch.bfloat16, device=device)
    try:
        keras.ops.conv(images, kernel, padding="same").sum().backward()
    except RuntimeError:
        return False
    return True


_NO_MEMORY = ("DefaultCPUAllocator: ", "CUDNN_STATUS_ALLOC_FAILED", "CUBLAS_STATUS_ALLOC_FAILED")


def is_out_of_memory(error: Exception) -> bool:
    """Whether PyTorch, or a library that it calls, had no memory left."""
    known = isinstance(error, torch.OutOfMemoryError | MemoryError)
    return known or any(text in str(error) for text in _NO_MEMORY)
