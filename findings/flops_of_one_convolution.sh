#!/usr/bin/env bash
# "FLOPs" of one layer differ by what counts them: XLA's cost analysis (JAX) leaves out the products with padding that TensorFlow's
# profiler counts, and counts a ReLU as an operation, which TensorFlow does not. So FLOPs of models of two frameworks, or of two
# papers, differ by a quarter on small images although the arithmetic is the same; without padding they agree.
# Seen with Python 3.11 on 2026-12-01, of Conv2D(3, 3) on one image of 5 × 5 × 2, same and valid padding, and of Dense(4, relu) on 3 numbers:
#   Keras 3.15.1 on TensorFlow 2.21.0: same 2775, valid 999, dense 28
#   Keras 3.15.1 on JAX 0.10.2: same 2103, valid 999, dense 32
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
cat > "$room/see.py" <<'PYTHON'
from importlib.metadata import version
import keras

def flops(model, shape):
    if keras.backend.backend() == "jax":
        import jax, jax.numpy as jnp
        def call(weights, x):
            return model.stateless_call(weights, [], x)[0]
        weights = [v.value for v in model.trainable_variables]
        found = jax.jit(call).lower(weights, jnp.zeros(shape)).compile().cost_analysis()
        return int((found[0] if isinstance(found, list) else found)["flops"])
    import tensorflow as tf
    graph = tf.function(model).get_concrete_function(tf.TensorSpec(shape, "float32")).graph
    options = tf.compat.v1.profiler.ProfileOptionBuilder(
        tf.compat.v1.profiler.ProfileOptionBuilder.float_operation()).with_empty_output().build()
    return tf.compat.v1.profiler.profile(graph, options=options).total_float_ops

def one(layer, shape):
    model = keras.Sequential([keras.Input(shape[1:]), layer])
    return flops(model, shape)

found = [one(keras.layers.Conv2D(3, 3, padding=p), (1, 5, 5, 2)) for p in ("same", "valid")]
found.append(one(keras.layers.Dense(4, activation="relu"), (1, 3)))
name = {"jax": f"JAX {version('jax')}", "tensorflow": f"TensorFlow {version('tensorflow-cpu')}"}[keras.backend.backend()]
print(f"Keras {keras.__version__} on {name}: same {found[0]}, valid {found[1]}, dense {found[2]}")
assert found == ([2103, 999, 32] if keras.backend.backend() == "jax" else [2775, 999, 28]), found
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check tensorflow-cpu==2.21.0 keras==3.15.1 jax==0.10.2 2> /dev/null
for backend in tensorflow jax; do KERAS_BACKEND=$backend TF_CPP_MIN_LOG_LEVEL=3 "$room/venv/bin/python" "$room/see.py" 2> "$room/log" || { tail "$room/log"; exit 1; }; done
