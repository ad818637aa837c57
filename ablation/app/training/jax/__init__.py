"""Training on JAX: all seeds of a cell in one program."""
