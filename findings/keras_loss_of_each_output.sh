#!/usr/bin/env bash
# A Keras model with two outputs shows a loss for each and their sum. On TensorFlow each is the mean over batches, so a smaller last
# batch counts as much as a full one, while the sum weighs every sample alike: the parts do not add up to the whole. On JAX they do. The
# code weighs by the batch's static size, which a traced function of TensorFlow does not know (eager execution does). Reconstruction
# and another term, reported as two outputs, are off on TensorFlow wherever the batch size does not divide the images.
# Seen with Python 3.11 on 2026-12-01, of five samples in batches of two, both outputs alike, with a mean squared error of 1.8 each:
#   keras 3.15.1 on tensorflow: a 3.0 + b 3.0, loss 3.6; run_eagerly: a 1.8 + b 1.8, loss 3.6
#   keras 3.15.1 on jax: a 1.8 + b 1.8, loss 3.6; run_eagerly: a 1.8 + b 1.8, loss 3.6
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/see.py" <<'PYTHON'
import keras
import numpy as np

x, y = np.array([[0], [0], [0], [0], [3]], "float32"), np.zeros((5, 1), "float32")

def losses(eagerly):
    inputs = keras.Input((1,))
    outputs = {name: keras.layers.Dense(1, use_bias=False, kernel_initializer="ones", name=name)(inputs) for name in "ab"}
    model = keras.Model(inputs, outputs)
    model.compile("sgd", dict.fromkeys("ab", "mse"), run_eagerly=eagerly)
    shown = model.evaluate(x, dict.fromkeys("ab", y), batch_size=2, verbose=0, return_dict=True)
    return f"a {shown['a_loss']:.1f} + b {shown['b_loss']:.1f}, loss {shown['loss']:.1f}"

print(f"keras {keras.__version__} on {keras.backend.backend()}: {losses(False)}; run_eagerly: {losses(True)}")
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check tensorflow-cpu==2.21.0 keras==3.15.1 jax==0.10.2 2> /dev/null
seen=$(for backend in tensorflow jax; do KERAS_BACKEND=$backend TF_CPP_MIN_LOG_LEVEL=3 "$room/venv/bin/python" -W ignore "$room/see.py" 2> /dev/null; done)
echo "$seen"
[ "$seen" = "keras 3.15.1 on tensorflow: a 3.0 + b 3.0, loss 3.6; run_eagerly: a 1.8 + b 1.8, loss 3.6
keras 3.15.1 on jax: a 1.8 + b 1.8, loss 3.6; run_eagerly: a 1.8 + b 1.8, loss 3.6" ]
