import pytest

from ablation.app.training.jax import device as jax_device
from ablation.errors import UsageError


def test_a_gpu_that_jax_cannot_use_is_told_and_nothing_trains_on_the_cpu(monkeypatch):
    monkeypatch.setattr(jax_device, "_threads", None)
    monkeypatch.setattr(jax_device, "count_gpus", lambda: 1)
    monkeypatch.setattr(jax_device, "take_slot", lambda *_: 0)
    for _ in range(2):  # the next cell is refused as well
        with pytest.raises(UsageError, match="use the 1 GPU of this machine"):
            jax_device.prepare_jax(2)
