"""`python -m ablation`: the built-in app. `python -m ablation --help` shows its configuration."""

import sys

if __name__ == "__main__":
    from ablation.interrupts import end_quietly_while_loading

    end_quietly_while_loading()
    from ablation.errors import UsageError
    from ablation.extras import needed

    try:
        with needed("`python -m ablation` needs", "sweep"):
            from ablation.app.entry import train
    except UsageError as error:
        print(error, file=sys.stderr)
        sys.exit(2)

    train()
