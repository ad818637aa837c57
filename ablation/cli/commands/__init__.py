"""The subcommands, in the order in which a study needs them."""

from ablation.cli.commands import copy, heatmaps, init, report, status, sweep

COMMANDS = (
    init.COMMAND,
    sweep.PLAN,
    sweep.SWEEP,
    status.COMMAND,
    report.COMMAND,
    copy.COMMAND,
    heatmaps.COMMAND,
)
