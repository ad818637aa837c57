"""The article's network with every flag on, for benchmarks of one backend or another."""

from ablation.app.config import Config, Data, Model, Training
from ablation.app.flags import Flags
from ablation.app.problems import problem
from ablation.app.training.problem import Problem, Schedule

BATCH = 64


def article(name: str = "float32", tiny: bool = False) -> tuple[Problem, Schedule]:
    """The problem without probes, and its schedule.

    Args:
        name: of the precision.
        tiny: a small network on few images instead, to see that a benchmark works.
    """
    model = Model(units=[2, 3, 2], depth=1) if tiny else Model()
    data = Data(n_train=512, n_test=128) if tiny else Data()
    config = Config(
        flags=Flags(True, True, "spatial", "relu"), model=model, data=data, training=Training(precision=name)
    )
    t = config.training
    task = problem(config)
    task = Problem(task.network, task.losses, task.loss_names, task.train, task.test)
    return task, Schedule(t.epochs, BATCH, t.learning_rate, t.decay)
