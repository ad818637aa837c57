#!/usr/bin/env bash
# A Keras model with a dict of outputs does not give its names in one order. Called on JAX it gives them as they were
# declared, and its `predict` in alphabetical order; on PyTorch both are alphabetical. So code that takes outputs by position
# (`list(model(x).values())`, a zip with a list of losses) takes others on another backend, or from `predict`.
# Seen with Python 3.11 on 2026-11-30:
#   keras 3.15.1, jax 0.10.2: declared zeta alpha; called zeta alpha; predicted alpha zeta
#   keras 3.15.1, torch 2.13.0: declared zeta alpha; called alpha zeta; predicted alpha zeta
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/see.py" <<'PYTHON'
import keras, numpy as np
given = keras.Input((2,))
outputs = {"zeta": keras.layers.Dense(1)(given), "alpha": keras.layers.Dense(1)(given)}
model = keras.Model(given, outputs)
x = np.ones((1, 2), "float32")
orders = {"declared": outputs, "called": model(x), "predicted": model.predict(x, verbose=0)}
print("; ".join(f"{name} {' '.join(found)}" for name, found in orders.items()))
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check keras==3.15.1 torch==2.13.0 jax==0.10.2 numpy==2.4.6
torch=$(cd "$room" && KERAS_BACKEND=torch CUDA_VISIBLE_DEVICES= "$room/venv/bin/python" see.py)
jax=$(cd "$room" && KERAS_BACKEND=jax JAX_PLATFORMS=cpu "$room/venv/bin/python" see.py)
echo "keras 3.15.1, jax 0.10.2: $jax"
echo "keras 3.15.1, torch 2.13.0: $torch"
[ "$jax" = "declared zeta alpha; called zeta alpha; predicted alpha zeta" ]
[ "$torch" = "declared zeta alpha; called alpha zeta; predicted alpha zeta" ]
