"""`python -m ablation.cli`: the command `ablation`, where it is not on the path."""

import sys

from ablation.cli import main

if __name__ == "__main__":
    sys.exit(main())
