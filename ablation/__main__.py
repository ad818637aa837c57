"""`python -m ablation`: the built-in app. `python -m ablation --help` shows its configuration."""

if __name__ == "__main__":
    from ablation.interrupts import end_quietly_while_loading

    end_quietly_while_loading()
    from ablation.app.entry import train

    train()
