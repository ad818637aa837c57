"""Training on PyTorch: one seed after another."""
