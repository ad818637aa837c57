"""A peer: Ray Tune, a trial per run on one core each, with its own reuse of actors, and `peer_fit.fit`.

python -m benchmarks.peer_ray '{"flags.batch_norm": ["false", "true"], "seed": ["0", "1"]}'
"""

import json
import os
import sys
import tempfile
from dataclasses import asdict

from benchmarks.spent import Spent, tell

try:
    import ray
    from ray import tune
except ModuleNotFoundError:
    sys.exit("Ray Tune is not installed: pip install 'ablation-study[bench]'")


class Run(tune.Trainable):
    """A whole training in one step; an actor that has ended one takes the next."""

    def setup(self, config) -> None:
        from ablation.app.training.devices import prepare_device

        prepare_device(1)
        self.chosen = dict(config)

    def step(self) -> dict[str, object]:
        from benchmarks.peer_fit import fit

        seed = self.chosen.pop("seed")
        loss, spent = fit(" ".join([*(f"{name}={level}" for name, level in self.chosen.items()), seed]))
        return {"loss": loss, "spent": asdict(spent), "done": True}

    def reset_config(self, new_config) -> bool:
        self.chosen = dict(new_config)
        return True

    def save_checkpoint(self, checkpoint_dir: str) -> None:
        """Nothing: a training is one step, and Tune asks for a checkpoint whatever it is told."""

    def load_checkpoint(self, checkpoint: object) -> None:
        """Likewise."""


def main() -> None:
    levels: dict[str, list[str]] = json.loads(sys.argv[1])
    ray.init(num_cpus=len(os.sched_getaffinity(0)), include_dashboard=False, log_to_driver=False)
    with tempfile.TemporaryDirectory() as folder:
        results = tune.Tuner(
            tune.with_resources(Run, {"cpu": 1}),
            param_space={name: tune.grid_search(names) for name, names in levels.items()},
            tune_config=tune.TuneConfig(metric="loss", mode="min", reuse_actors=True),
            run_config=tune.RunConfig(storage_path=folder, verbose=0),
        ).fit()
    if results.errors:
        sys.exit(str(results.errors[0]))
    tell(Spent(**result.metrics["spent"]) for result in results)


if __name__ == "__main__":
    main()
