"""Measurements: speed, memory, peers, calibration. A package, since pyarrow 17 installs one of this name."""
