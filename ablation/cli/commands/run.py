"""`ablation run`: a study of a command, for programs that know nothing of Hydra."""

from collections.abc import Sequence
from pathlib import Path

from ablation.cli.described import described
from ablation.cli.subcommand import Settings, Subcommand
from ablation.errors import UsageError

_DETAILS = """\
The file says what is run and what is varied:
  command: python train.py --lr {lr} {augment:--augment} --seed {seed}
  factors: {lr: [0.1, 0.01], augment: [false, true]}
  seeds: 3
  response: loss
A run's numbers are in its last printed line of JSON, where `pattern` finds them in a printed line, or in a
file, `metrics`.
`ablation plan FILE.yaml` shows what would be run. Further words win over the file: lr=0.1,0.3 seeds=5
n_jobs=4 hydra/launcher=slurm. Finished runs are never repeated; Ctrl-C is safe."""


def is_file(word: str = "") -> bool:
    """Whether a word names the file of such a study."""
    return word.endswith((".yaml", ".yml"))


def start(words: Sequence[str]) -> int:
    """Run the study of a file, which comes first."""
    if not words or not is_file(words[0]):
        raise UsageError(
            "Expected the file of a study as the first word: ablation run study.yaml. "
            f"Received: {' '.join(words) or 'nothing'}. ablation run --help shows such a file"
        )
    from ablation.app.places import CONF
    from ablation.sweep.command_study import start as start_study

    start_study(Path(words[0]), CONF / "hydra" / "launcher", words[1:])
    return 0


def _settings() -> Settings:
    from ablation.sweep.command_study import OWN_KEYS, sweeper_keys
    from hydra_plugins.ablation_sweeper import PlainAppConf

    sweep = {key: text for key, text in described(PlainAppConf).items() if key in sweeper_keys()}
    return {"The file": OWN_KEYS, "The sweep, in the file as well": sweep}


COMMAND = Subcommand(
    "run",
    "FILE.yaml [KEY=VALUE …]",
    "run any command once for each run of a study, then write its report",
    _DETAILS,
    _settings,
    start,
)
