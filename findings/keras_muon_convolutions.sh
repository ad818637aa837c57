#!/usr/bin/env bash
# keras.optimizers.Muon orthogonalises the steps of two-dimensional weights alone: kernels of convolutions, which Muon's authors
# flatten to matrices, are left to Adam without a word, and no setting changes that. So a convolutional network without dense layers
# that is compiled with Muon is trained by AdamW. `weight_decay=None` switches decay off for matrices only: the rest goes on to decay by
# `adam_weight_decay`, 0.004 by default, so `None` for both is needed.
# Seen with Python 3.11 on 2026-12-01 (largest difference of the weights after 3 steps):
#   Keras 3.15.1, a kernel 3 × 3 × 4 × 8: Muon and AdamW 0.0; a matrix 36 × 8: differ
#   Muon(weight_decay=None) with gradients of zero: kernel shrinks, matrix stays
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/see.py" <<'PYTHON'
import keras, numpy as np
start = np.random.default_rng(0).normal(size=(3, 3, 4, 8)).astype("float32")
gradients = np.random.default_rng(1).normal(size=(3, 3, 3, 4, 8)).astype("float32")

def after(optimizer, shape, scale=1.0):
    weight = keras.Variable(start.reshape(shape))
    optimizer.build([weight])
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(scale * gradient.reshape(shape))], [weight])
    return np.asarray(weight).ravel()

def apart(shape):
    muon, adamw = keras.optimizers.Muon(0.01), keras.optimizers.AdamW(0.01)
    return float(np.abs(after(muon, shape) - after(adamw, shape)).max())

kernel, matrix = apart((3, 3, 4, 8)), apart((36, 8))
print(f"Keras {keras.__version__}: Muon and AdamW differ by {kernel:.1g} on a kernel, by {matrix:.1g} on a matrix")
still = {shape: after(keras.optimizers.Muon(0.01, weight_decay=None), shape, 0.0) for shape in ((3, 3, 4, 8), (36, 8))}
shrunk = {shape: float(np.abs(w).sum() / np.abs(start).sum()) for shape, w in still.items()}
print("Muon(weight_decay=None), no gradient, what is left after 3 steps:", {s: round(v, 6) for s, v in shrunk.items()})
assert kernel < 1e-6 and matrix > 1e-3
assert shrunk[3, 3, 4, 8] < 0.9999 and shrunk[36, 8] > 0.9999999
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check keras==3.15.1 jax==0.10.2 2> /dev/null
KERAS_BACKEND=jax "$room/venv/bin/python" "$room/see.py"
