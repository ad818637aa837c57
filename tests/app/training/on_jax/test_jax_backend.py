from tests.app.training.conformance import BackendConformance


class TestJax(BackendConformance):
    name = "jax"
