"""The subcommands, in the order in which a study needs them."""

from ablation.cli.commands import (
    copy,
    costs,
    decide,
    export,
    heatmaps,
    importing,
    init,
    report,
    run,
    status,
    sweep,
)

COMMANDS = (
    init.COMMAND,
    sweep.PLAN,
    sweep.SWEEP,
    run.COMMAND,
    status.COMMAND,
    report.COMMAND,
    importing.COMMAND,
    export.COMMAND,
    decide.COMMAND,
    copy.COMMAND,
    costs.COMMAND,
    heatmaps.COMMAND,
)
