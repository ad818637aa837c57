"""Training on TensorFlow: one seed after another."""
