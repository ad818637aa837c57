import keras
import numpy as np
import pytest

from ablation.app.config import Training
from ablation.app.training.optimizers import optimizer_of
from ablation.app.training.problem import Schedule
from ablation.app.training.train import train_cell
from ablation.errors import UsageError
from tests.app.training.small import schedule, small_problem, squares


def adam():
    made = Schedule(epochs=1, batch_size=1, learning_rate=0.02, decay=0.5)
    return optimizer_of(made, None, made.rates())


def test_the_learning_rate_decays_with_the_inverse_of_time():
    rate = adam().learning_rate
    assert float(rate) == pytest.approx(0.02)
    optimizer = adam()
    weight = keras.Variable(np.zeros(1))
    for step in range(5):
        assert float(optimizer.learning_rate) == pytest.approx(0.02 / (1 + 0.5 * step))
        optimizer.apply([np.ones(1, np.float32)], [weight])


def test_the_first_step_of_adam_is_the_learning_rate():
    optimizer, weight = adam(), keras.Variable(np.zeros(1))
    optimizer.apply([np.full(1, 7, np.float32)], [weight])
    np.testing.assert_allclose(keras.ops.convert_to_numpy(weight), [-0.02], rtol=1e-4)


@pytest.mark.parametrize(("epochs", "decay"), [(25, 2 * 4.9e-3 / 25), (1, 2 * 4.9e-3)])
def test_the_decay_is_the_articles(epochs, decay):
    assert Training(epochs=epochs).decay == pytest.approx(decay)


def test_a_batch_larger_than_the_data_is_refused():
    problem = small_problem(squares(15))
    with pytest.raises(UsageError, match=r"training\.batch_size: expected at most .* 15\. Received: 16"):
        next(train_cell(problem, schedule(batch_size=16), [0]))


@pytest.mark.slow
def test_each_run_is_handed_over_as_soon_as_it_is_finished():
    runs = train_cell(small_problem(), schedule(epochs=1), [5, 2])
    assert next(runs).seed == 5
    assert next(runs).seed == 2
    assert next(runs, None) is None
