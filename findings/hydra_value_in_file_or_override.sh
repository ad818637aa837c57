#!/usr/bin/env bash
# One value, written in a configuration file of Hydra and on its command line, is read by two grammars. In a file on and off (yes, no) are
# true and false, 010 is 8, 0x1F is 31 and 1:30 is 90; as overrides, also in a sweep, all of these are texts, while nan and inf are numbers
# there and texts in a file. So a flag that a file calls `off` is false, and `--multirun norm=on,off` trains the same thing twice: both
# texts are true in an if. A dataclass that says bool turns them into truth values; a plain file does not.
# Seen with Python 3.11 on 2026-12-01, of an app whose file says `norm: off` (hydra-core 1.4.0rc3 with omegaconf 2.4.1rc1 does the same):
#   hydra-core 1.3.8, omegaconf 2.3.1: file: without norm; norm=on: with norm; norm=off: with norm
#   010: 8 and '010'; 0x1F: 31 and '0x1F'; 1:30: 90 and '1:30'; nan: 'nan' and nan
set -euo pipefail
room=$(mktemp -d); trap 'rm -rf "$room"' EXIT
mkdir "$room/conf"
echo "norm: off" > "$room/conf/config.yaml"
cat > "$room/app.py" <<'PYTHON'
import hydra
@hydra.main(version_base=None, config_path="conf", config_name="config")
def main(cfg):
    print("with norm" if cfg.norm else "without norm")
main()
PYTHON
cat > "$room/see.py" <<'PYTHON'
import subprocess, sys
from hydra import __version__
from hydra.core.override_parser.overrides_parser import OverridesParser
import omegaconf
def told(*words):
    words = [sys.executable, "-W", "ignore", "app.py", *words, "hydra.output_subdir=null", "hydra/job_logging=disabled", "hydra/hydra_logging=disabled"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.split("\n")[:-1]
alone, (on, off) = told()[0], told("--multirun", "norm=on,off")
print(f"hydra-core {__version__}, omegaconf {omegaconf.__version__}: file: {alone}; norm=on: {on}; norm=off: {off}")
parser = OverridesParser.create()
def both(text):
    return f"{text}: {omegaconf.OmegaConf.create(f'a: {text}').a!r} and {parser.parse_override(f'a={text}').value()!r}"
print("; ".join(map(both, ("010", "0x1F", "1:30", "nan"))))
PYTHON
python3 -m venv "$room/venv"
"$room/venv/bin/pip" install --quiet --disable-pip-version-check hydra-core==1.3.8 omegaconf==2.3.1
seen=$(cd "$room" && "$room/venv/bin/python" see.py)
echo "$seen"
[ "$seen" = "hydra-core 1.3.8, omegaconf 2.3.1: file: without norm; norm=on: with norm; norm=off: with norm
010: 8 and '010'; 0x1F: 31 and '0x1F'; 1:30: 90 and '1:30'; nan: 'nan' and nan" ]
