"""A peer: Hydra's own sweeper and launcher, whose app is `peer_fit.fit_config`, one job after another.

python -m benchmarks.peer_hydra flags.batch_norm=true,false 'seeds=[0],[1]'
"""

import sys
import tempfile

import hydra
from hydra.core.config_store import ConfigStore
from omegaconf import DictConfig

from ablation.app.config import Config
from ablation.app.places import CONF
from benchmarks.spent import Spent, tell

QUICK = ("~study", "model=small", "training=short")
"""The networks of `study=quick`, whose factors this package's sweeper would take."""

PLAIN = ("-m", "hydra/sweeper=basic", "hydra/launcher=basic")

spent: list[Spent] = []


@hydra.main(config_path=str(CONF.resolve()), config_name="config", version_base="1.3")
def app(config: DictConfig) -> float:
    from benchmarks.peer_fit import fit_config

    loss, took = fit_config(config, config.seeds[0])
    spent.append(took)
    return loss


if __name__ == "__main__":
    ConfigStore.instance().store(name="schema", node=Config)
    with tempfile.TemporaryDirectory() as folder:
        sys.argv[1:] = [*PLAIN, *QUICK, f"results.folder={folder}", *sys.argv[1:]]
        app()
    tell(spent)
