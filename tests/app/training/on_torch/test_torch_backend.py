from tests.app.training.conformance import BackendConformance


class TestTorch(BackendConformance):
    name = "torch"
