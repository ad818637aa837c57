import pytest
import torch

from ablation.app.training.torch import device as torch_device
from ablation.errors import UsageError


@pytest.fixture(autouse=True)
def on_a_cpu():
    if torch.accelerator.is_available():
        pytest.skip("this machine has a GPU that PyTorch can use")


def test_a_gpu_that_pytorch_cannot_use_is_told_and_nothing_trains_on_the_cpu(monkeypatch):
    monkeypatch.delenv("KERAS_TORCH_DEVICE", raising=False)
    monkeypatch.setattr(torch_device, "count_gpus", lambda: 1)
    with pytest.raises(UsageError, match="use the 1 GPU of this machine"):
        torch_device.prepare(1)
    monkeypatch.setenv("KERAS_TORCH_DEVICE", "cpu")
    assert torch_device.prepare(1) == "CPU, 1 thread"


def test_threads_are_those_asked_for():
    assert torch_device.prepare(2) == "CPU, 2 threads"
    assert torch.get_num_threads() == 2
    assert torch_device.prepare(1) == "CPU, 1 thread"


@pytest.mark.parametrize(
    "error",
    [torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"),
     RuntimeError("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory: …"),
     RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 8 bytes")],
)  # fmt: skip
def test_what_pytorch_says_of_no_memory_is_known(error):
    assert torch_device.is_out_of_memory(error)
