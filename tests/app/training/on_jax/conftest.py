"""Cases that need Keras on JAX; `tests/app/training/test_on_jax.py` runs them in a process of their own."""

import os

if os.environ.get("KERAS_BACKEND") != "jax":
    collect_ignore_glob = ["test_*.py"]
