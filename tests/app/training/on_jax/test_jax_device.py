import pytest

from ablation.app.training.jax import device as jax_device
from ablation.errors import UsageError


def test_a_gpu_that_jax_cannot_use_is_told_and_nothing_trains_on_the_cpu(monkeypatch):
    monkeypatch.setattr(jax_device, "_threads", None)
    monkeypatch.setattr(jax_device, "count_gpus", lambda: 1)
    monkeypatch.setattr(jax_device, "take_slot", lambda *_: 0)
    for _ in range(2):  # the next cell is refused as well
        with pytest.raises(UsageError, match="use the 1 GPU of this machine"):
            jax_device.prepare(2)


@pytest.mark.parametrize(
    "told",
    [
        "RESOURCE_EXHAUSTED: Out of memory",
        "INTERNAL: CUDNN_STATUS_ALLOC_FAILED",
        "CUDA_ERROR_OUT_OF_MEMORY: …",
    ],
)
def test_what_libraries_say_of_no_memory_is_known(told):
    assert jax_device.is_out_of_memory(RuntimeError(told))
