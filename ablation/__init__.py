"""Which parts of a neural network earn their keep, and how sure one can be.

Data flows one way: conf → design → training of networks → results → analysis → report.
"""
