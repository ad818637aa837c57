"""`ablation`, the one command for everything. What a subcommand needs is imported when it is called."""

TYPE_CHECKING = False  # nothing is imported before Ctrl-C is quiet

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: "Sequence[str] | None" = None) -> int:
    """Run a command line; the exit code."""
    from ablation.interrupts import end_quietly_while_loading

    end_quietly_while_loading()
    import sys

    from ablation.cli.dispatch import run

    return run(sys.argv[1:] if arguments is None else arguments)
