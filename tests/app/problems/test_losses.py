import keras
import numpy as np
import pytest

from ablation.app.networks.autoencoder import Sampling
from ablation.app.problems.autoencoder import LOSSES
from ablation.app.problems.autoencoder import losses as autoencoder_losses
from tests.app.networks.tiny import random_images


def losses(reconstruction, images, shrinkage=1e-3, **latent):
    tensors = {k: keras.ops.convert_to_tensor(np.float32(v)) for k, v in latent.items()}
    outputs = {"reconstruction": keras.ops.convert_to_tensor(reconstruction), **tensors}
    return {
        name: np.asarray(value)
        for name, value in autoencoder_losses(outputs, {"images": images}, shrinkage).items()
    }


def test_reconstruction_loss_is_the_cross_entropy_per_pixel_of_each_image():
    images, p = random_images(3, 4, 5), 0.05 + 0.9 * random_images(3, 4, 5, seed=1)
    expected = np.zeros(3)
    for n in range(3):
        for row in range(4):
            for column in range(5):
                x, y = float(images[n, row, column, 0]), float(p[n, row, column, 0])
                expected[n] -= (x * np.log(y) + (1 - x) * np.log(1 - y)) / 20
    found = losses(p, images)
    np.testing.assert_allclose(found["reconstruction_loss"], expected, rtol=1e-5)
    np.testing.assert_array_equal(found["loss"], found["reconstruction_loss"])


def test_a_grey_reconstruction_costs_the_logarithm_of_2():
    found = losses(np.full((2, 4, 4, 1), 0.5, np.float32), random_images(2, 4, 4))
    np.testing.assert_allclose(found["reconstruction_loss"], np.log(2), rtol=1e-6)


def test_a_network_without_latent_distribution_has_no_kl():
    found = losses(random_images(2), random_images(2, seed=1))
    assert set(found) == {response.name for response in LOSSES}
    np.testing.assert_array_equal(found["kl"], [0, 0])


@pytest.mark.parametrize("shrinkage", [1e-3, 2.0])
def test_kl_is_weighted_and_summed_over_the_latent_dimensions(shrinkage):
    # KL(N(m, s²) ‖ N(0, 1)) = (m² + s² − 1)/2 − ln s, so 1/2 for m=1, s=1 and 3/2 − ln 2 for m=0, s=2
    mean = [[1, 0], [0, 0], [-1, 1]]
    log_variance = [[0, 2 * np.log(2)], [0, 0], [0, 0]]
    by_hand = np.array([0.5 + 1.5 - np.log(2), 0, 1])
    found = losses(random_images(), random_images(), shrinkage, mean=mean, log_variance=log_variance)
    np.testing.assert_allclose(found["kl"], shrinkage * by_hand, rtol=1e-5, atol=1e-9)
    np.testing.assert_allclose(found["loss"], found["reconstruction_loss"] + found["kl"], rtol=1e-6)


def test_kl_agrees_with_numerical_integration():
    m, log_variance = 0.7, -1.1
    z = np.linspace(-12, 12, 200_001)
    log_q = -0.5 * ((z - m) ** 2 / np.exp(log_variance) + log_variance + np.log(2 * np.pi))
    log_p = -0.5 * (z**2 + np.log(2 * np.pi))
    expected = np.trapezoid(np.exp(log_q) * (log_q - log_p), z)
    found = losses(random_images(1), random_images(1), 1.0, mean=[[m]], log_variance=[[log_variance]])
    np.testing.assert_allclose(found["kl"], [expected], rtol=1e-5)


def test_the_sample_has_the_mean_and_the_variance_it_was_asked_for():
    n, mean, log_variance = 20_000, np.float32([1, -2]), np.float32([np.log(4), np.log(0.25)])
    ones = np.ones((n, 1), np.float32)
    z = np.asarray(Sampling()(ones * mean, ones * log_variance))
    np.testing.assert_allclose(z.mean(axis=0), mean, atol=5 * 2 / np.sqrt(n))  # five standard errors
    np.testing.assert_allclose(z.std(axis=0), [2, 0.5], rtol=5 / np.sqrt(2 * n))
    assert abs(np.corrcoef(z.T)[0, 1]) < 5 / np.sqrt(n)
