"""The article's network: seconds until the first step, and milliseconds a step, against Keras' `fit`.

    python -m benchmarks.first_step

One process, all cores, all flags on, batches of 64. Prints a Markdown table.
"""

import os
import time

N_STEPS = 20


def main() -> None:
    from ablation.app.training.devices import prepare_device

    prepare_device(os.cpu_count())
    import keras
    import tensorflow as tf

    from ablation.app.config import Config
    from ablation.app.flags import Flags
    from ablation.app.problems import problem
    from ablation.app.training.problem import Schedule
    from ablation.app.training.tensorflow.loop import TensorFlowLoop
    from benchmarks.peer_fit import Trainable

    config = Config(flags=Flags(True, True, "spatial", "relu"))
    t = config.training
    task = problem(config)
    start = time.perf_counter()
    loop = TensorFlowLoop(task, Schedule.of(t))
    float(loop._epoch(tf.zeros((1, t.batch_size), tf.int32), 1))
    first = time.perf_counter() - start
    start = time.perf_counter()
    float(loop._epoch(tf.zeros((N_STEPS, t.batch_size), tf.int32), N_STEPS))
    step = (time.perf_counter() - start) / N_STEPS

    task = problem(config)
    model = Trainable(task)
    model.compile(keras.optimizers.Adam(t.learning_rate))
    seconds = []
    for n in (t.batch_size, N_STEPS * t.batch_size):
        start = time.perf_counter()
        images = task.train["images"][:n]
        model.fit(images, images, batch_size=t.batch_size, verbose=0)
        seconds.append(time.perf_counter() - start)
    print("| | this loop | `fit` |\n| --- | ---: | ---: |")
    print(f"| until the first step, seconds | {first:.1f} | {seconds[0]:.1f} |")
    print(f"| a step of 64 images, milliseconds | {1e3 * step:.0f} | {1e3 * seconds[1] / N_STEPS:.0f} |")


if __name__ == "__main__":
    main()
