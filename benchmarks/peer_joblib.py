"""A peer: joblib with a process of one thread per core; build, compile and `fit` with Keras per argument.

python -m benchmarks.peer_joblib "flags.batch_norm=true flags.dropout=false 0" …
"""

import sys

from joblib import Parallel, delayed

from benchmarks.spent import Spent, tell


def _fit(run: str) -> Spent:
    from ablation.app.training.devices import prepare_device
    from benchmarks.peer_fit import fit

    prepare_device(None)  # the threads that joblib leaves to a process: faster than TensorFlow's default
    return fit(run)[1]


if __name__ == "__main__":
    tell(Parallel(n_jobs=-1, batch_size=1)(delayed(_fit)(run) for run in sys.argv[1:]))
