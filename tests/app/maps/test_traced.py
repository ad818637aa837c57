"""The cores of heatmaps traced, as the training loops trace them, give what they give at once."""

from importlib.util import find_spec

import keras
import numpy as np
import pytest

from ablation.app import maps as heatmaps
from ablation.app.networks.attention import WeightMap
from tests.app.maps.pooled import BRANCHES, LAYERS, three_images

ON_JAX = keras.backend.backend() == "jax"
N_SEEDS = 2


def network_with_gates():
    """Three branches, each with a weight map, to one number."""
    inputs = [keras.Input((8, 6, 3), name=name) for name in BRANCHES]
    ends = []
    for image in inputs:
        x = keras.layers.Conv2D(4, 3, activation="tanh", name=f"{image.name}_features")(image)
        x = WeightMap(name=f"{image.name}_attention")(x)
        x = keras.layers.BatchNormalization(name=f"{image.name}_norm")(x)
        ends.append(keras.layers.GlobalAveragePooling2D()(keras.layers.Dropout(0.5)(x)))
    count = keras.layers.Dense(1, name="count")(keras.layers.Concatenate()(ends))
    return keras.Model(inputs, {"count": count})


def weights_of(network, seed):
    rng = np.random.default_rng(seed)
    return [rng.uniform(0.02, 0.2, w.shape).astype("float32") for w in network.get_weights()]


def probe_of(network):
    """Every core, made once, as one function of images."""
    gates = {name: f"{name}_attention" for name in BRANCHES}
    last = {name: f"{name}_norm" for name in BRANCHES}
    cores = {
        "grad_cam": heatmaps.GradCam(network, LAYERS),
        "attention": heatmaps.AttentionMap(network, gates),
        "occlusion": heatmaps.Occlusion(network, window=4),
        "top_k": heatmaps.TopK(network, LAYERS, k=2, by="variance"),
        "completeness": heatmaps.Completeness(network, last),
    }
    deletion = heatmaps.Deletion(network, steps=3)

    def probe(images):
        found = {
            f"{kind}.{name}": tensor for kind, core in cores.items() for name, tensor in core(images).items()
        }
        maps = {name: heatmaps.upsample(found[f"grad_cam.{name}"], 8, 6) for name in BRANCHES}
        return found | {"deletion": deletion(images, maps)}

    return probe


def arrays(found):
    return {name: keras.ops.convert_to_numpy(tensor) for name, tensor in found.items()}


def at_once(network, probe, images):
    """What the probe finds for each seed's weights, without tracing."""
    found = []
    for seed in range(N_SEEDS):
        network.set_weights(weights_of(network, seed))
        found.append(arrays(probe(images)))
    return found


def on_tensorflow(network, probe, images):
    import tensorflow as tf

    constants = {name: tf.constant(image) for name, image in images.items()}
    traced = tf.function(lambda: probe(constants), input_signature=[], autograph=False)
    found = []
    for seed in range(N_SEEDS):
        network.set_weights(weights_of(network, seed))
        found.append(arrays(traced()))
    assert traced.experimental_get_tracing_count() == 1
    return found


def on_jax(network, probe, images):
    import jax

    def stateless(values, images):
        values = dict(zip((id(v) for v in network.weights), values, strict=True))
        mapping = [(v, values.get(id(v), v.value)) for v in network.variables]
        with keras.StatelessScope(state_mapping=mapping):
            return probe(images)

    stacked = [np.stack(w) for w in zip(*(weights_of(network, s) for s in range(N_SEEDS)), strict=True)]
    found = arrays(jax.jit(jax.vmap(stateless, in_axes=(0, None)))(stacked, images))
    return [{name: array[seed] for name, array in found.items()} for seed in range(N_SEEDS)]


@pytest.mark.slow
def test_traced_cores_follow_the_weights_of_each_seed():
    network, images = network_with_gates(), three_images(3)
    probe = probe_of(network)
    expected = at_once(network, probe, images)
    found = (on_jax if ON_JAX else on_tensorflow)(network, probe, images)
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.keys() == theirs.keys()
        for name in ours:
            np.testing.assert_allclose(ours[name], theirs[name], atol=1e-5, err_msg=name)
    for name in set(found[0]) - {"completeness.error"}:
        assert not np.allclose(found[0][name], found[1][name], atol=1e-3), name
    assert max(np.abs(f["completeness.error"]).max() for f in found) < 1e-5


@pytest.mark.slow
@pytest.mark.skipif(ON_JAX or find_spec("tensorflow") is None, reason="of TensorFlow")
def test_cores_compile_with_xla():
    import tensorflow as tf

    network, images = network_with_gates(), three_images(3)
    network.set_weights(weights_of(network, 0))
    probe = probe_of(network)
    constants = {name: tf.constant(image) for name, image in images.items()}
    compiled = arrays(tf.function(lambda: probe(constants), jit_compile=True, autograph=False)())
    for name, array in arrays(probe(images)).items():
        np.testing.assert_allclose(compiled[name], array, atol=1e-5, err_msg=name)
