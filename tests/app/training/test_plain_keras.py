import keras
import numpy as np
import pytest

from ablation.app.training.seeding import epoch_order, initial_values
from ablation.app.training.tensorflow.loop import TensorFlowLoop
from tests.app.networks.tiny import tiny_network
from tests.app.training.small import schedule, small_problem

pytestmark = pytest.mark.slow

FLAGS = {"batch_norm": True, "attention": "spatial", "activation": "elu"}
EPOCHS, BATCH, RATE, DECAY, SEED = 2, 16, 1e-2, 0.3, 4


def plain_keras(images):
    """The same training by `train_on_batch`: step by step, with Keras' own loss and a rate set by hand."""
    network = tiny_network(**FLAGS)
    for variable, value in zip(network.variables, initial_values(network, SEED), strict=True):
        variable.assign(value)
    network.compile(optimizer=keras.optimizers.Adam(RATE), loss={"reconstruction": "binary_crossentropy"})
    losses = []
    for epoch in range(EPOCHS):
        for batch in epoch_order(SEED, epoch, len(images), BATCH):
            network.optimizer.learning_rate = RATE / (1 + DECAY * len(losses))
            network.reset_metrics()
            losses.append(float(network.train_on_batch(images[batch], {"reconstruction": images[batch]})))
    return network, np.array(losses).reshape(EPOCHS, -1).mean(axis=1)


def test_training_is_that_of_a_plain_keras_loop():
    problem = small_problem(**FLAGS)
    loop = TensorFlowLoop(problem, schedule(EPOCHS, BATCH, RATE, DECAY))
    loop.train(1)
    trained = loop.train(SEED)
    network, losses = plain_keras(problem.train["images"])
    np.testing.assert_allclose(trained.history["train_loss"], losses, atol=1e-4)
    ours, theirs = (
        n.predict(problem.test["images"], verbose=0)["reconstruction"] for n in (loop.network, network)
    )
    np.testing.assert_allclose(ours, theirs, atol=1e-3)
    moving = [w for w in loop.network.non_trainable_variables if "moving_mean" in w.path]
    assert max(np.abs(w.numpy()).max() for w in moving) > 0.01, "batch norm has learned its statistics"
