#!/usr/bin/env bash
# On Keras' PyTorch backend a Dropout layer without `seed=` ignores its own seed generator: `layer.seed_generator.state` is
# there and can be set, as checkpoints and reproducible reruns do, and the masks do not follow it. They come from torch's
# global generator, so that anything else that draws from it changes them. On JAX the same state gives the same mask.
# Seen with Python 3.11 on 2026-11-30:
#   keras 3.15.1, torch 2.13.0: same state, same mask: False
#   keras 3.15.1, jax 0.10.2: same state, same mask: True
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/see.py" <<'PYTHON'
import keras, numpy as np
keras.utils.set_random_seed(0)
layer = keras.layers.Dropout(0.5)
x = np.ones((1, 1000), "float32")
state = np.array(keras.ops.convert_to_numpy(layer.seed_generator.state))
masks = []
for _ in range(2):
    layer.seed_generator.state.assign(state)
    masks.append(np.array(keras.ops.convert_to_numpy(layer(x, training=True))))
print("same state, same mask:", np.array_equal(*masks))
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check keras==3.15.1 torch==2.13.0 jax==0.10.2 numpy==2.4.6
torch=$(cd "$room" && KERAS_BACKEND=torch CUDA_VISIBLE_DEVICES= "$room/venv/bin/python" see.py)
jax=$(cd "$room" && KERAS_BACKEND=jax JAX_PLATFORMS=cpu "$room/venv/bin/python" see.py)
echo "keras 3.15.1, torch 2.13.0: $torch"
echo "keras 3.15.1, jax 0.10.2: $jax"
[ "${torch##* } ${jax##* }" = "False True" ]
