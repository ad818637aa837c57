"""A Slurm of one node for tests: its daemons, in a folder of their own, on ports that nobody else has."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DAEMONS = ("munged", "slurmctld", "slurmd")
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"
_CONF = """\
ClusterName=one
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
ReturnToService=2
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=2000 State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=60 State=UP
"""


def why_not() -> str:
    """Why there can be no Slurm here; empty where there can."""
    absent = [name for name in DAEMONS if shutil.which(name, path=_PATH) is None]
    return f"{', '.join(absent)}: not installed" if absent else "" if os.geteuid() == 0 else "needs root"


@contextmanager
def cluster(folder: Path) -> Iterator[Path]:
    """Start the daemons, and end them.

    Yields:
        The configuration, for `SLURM_CONF`.
    """
    folder.chmod(0o755)  # munged refuses a folder that others may write to
    for name in ("state", "spool"):
        (folder / name).mkdir()
    key = folder / "munge.key"
    key.write_bytes(os.urandom(1024))
    key.chmod(0o600)
    conf = folder / "slurm.conf"
    conf.write_text(_CONF.format(folder=folder, host=socket.gethostname(), ports=_free_ports()))
    environment = {**os.environ, "PATH": _PATH, "SLURM_CONF": str(conf)}
    places = [f"--{name}={folder}/munge.{name}" for name in ("socket", "pid-file", "log-file", "seed-file")]
    commands = [["munged", "--force", f"--key-file={key}", *places], ["slurmctld"], ["slurmd"]]
    try:
        for command in commands:
            subprocess.run(command, env=environment, check=True)
        _wait_until_idle(environment)
        yield conf
    finally:
        for pid_file in folder.glob("*pid*"):
            subprocess.run(["kill", pid_file.read_text().strip()], check=False)


def _wait_until_idle(environment: dict[str, str]) -> None:
    for _ in range(60):
        states = subprocess.run(
            ["sinfo", "--noheader", "--format=%T"], env=environment, capture_output=True, text=True
        )
        if "idle" in states.stdout:
            return
        time.sleep(0.5)
    raise TimeoutError(f"no idle node within half a minute: {states.stdout}{states.stderr}")


def _free_ports() -> tuple[int, int]:
    with socket.socket() as a, socket.socket() as b:
        a.bind(("127.0.0.1", 0))
        b.bind(("127.0.0.1", 0))
        return a.getsockname()[1], b.getsockname()[1]
