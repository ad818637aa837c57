"""Cases for Keras on PyTorch; `tests/app/training/test_on_torch.py` runs them in another process."""

import os

if os.environ.get("KERAS_BACKEND") != "torch":
    collect_ignore_glob = ["test_*.py"]
