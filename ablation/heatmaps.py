"""Where the command of heatmaps was before: `python -m ablation.heatmaps`. It goes with version 0.2."""

import sys
import warnings

if __name__ == "__main__":
    from ablation.app.heatmaps.__main__ import main

    warnings.warn(
        "python -m ablation.heatmaps is python -m ablation.app.heatmaps now", FutureWarning, stacklevel=1
    )
    sys.exit(main(sys.argv[1:]))
