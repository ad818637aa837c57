import numpy as np
import pytest
from keras import ops

from ablation.app.problems.pictures import WALK_LIMIT, PictureMeasure, picture_arrays, picture_data
from tests.app.networks.tiny import random_images, randomise, tiny_network

LABELS = np.array([3, 1, 3, 0, 1, 1])


@pytest.fixture(scope="module", params=[True, False], ids=["variational", "plain"])
def network(request):
    made = tiny_network(variational=request.param)
    randomise(made)
    return made


@pytest.fixture(scope="module")
def images():
    return random_images(len(LABELS))


@pytest.fixture(scope="module")
def kept(network, images):
    return pictures(network, images)


def pictures(network, images):
    found = PictureMeasure(network)(network, picture_data(images, LABELS))
    return picture_arrays({name: ops.convert_to_numpy(tensor) for name, tensor in found.items()}, LABELS)


def test_one_image_of_each_label_is_shown(kept, images):
    np.testing.assert_array_equal(kept["input"], np.round(images[[3, 1, 0]] * 255))


def test_a_plain_networks_reconstructions_are_shown_as_bytes(images):
    network = tiny_network()
    randomise(network)
    kept = pictures(network, images)
    expected = network.predict(images[[3, 1, 0]], verbose=0)["reconstruction"]
    assert kept["reconstruction"].dtype == np.uint8
    np.testing.assert_allclose(kept["reconstruction"], expected * 255, atol=0.51)


def test_the_latent_plane_holds_every_images_mean(kept, network, images):
    np.testing.assert_array_equal(kept["labels"], LABELS)
    assert kept["latent"].shape == (6, 2)
    if "mean" in network.output:
        np.testing.assert_allclose(
            kept["latent"], network.predict(images, verbose=0)["mean"], rtol=2e-3, atol=2e-3
        )


def test_the_walk_is_the_decoder_over_the_plane_from_top_left(kept, network):
    x = np.array([[-WALK_LIMIT, WALK_LIMIT], [WALK_LIMIT, -WALK_LIMIT]], np.float32)
    in_decoder, stored = False, x
    for layer in network.layers:  # the tail is a chain but for its dense block, walked by hand
        if layer.name == "bottleneck_back":
            in_decoder = True
        if in_decoder:
            if "concatenate" in layer.name:
                x = layer([stored, x])
                continue
            if layer.name.endswith("_0_convolution"):
                stored = x
            x = layer(x)
    walked = ops.convert_to_numpy(x) * 255
    assert kept["walk"].shape == (20, 20, 8, 8)
    np.testing.assert_allclose(kept["walk"][0, 0], walked[0, ..., 0], atol=0.51)
    np.testing.assert_allclose(kept["walk"][-1, -1], walked[1, ..., 0], atol=0.51)


def test_a_wider_bottleneck_has_no_plane(images):
    from ablation.app.flags import Flags
    from ablation.app.networks.autoencoder import build_autoencoder
    from ablation.app.networks.block_settings import BlockSettings

    wide = build_autoencoder((8, 8, 1), [2, 3, 2], 5, BlockSettings(Flags(), depth=1), True)
    found = PictureMeasure(wide)(wide, picture_data(images, LABELS))
    assert found.keys() == {"input", "reconstruction"}
