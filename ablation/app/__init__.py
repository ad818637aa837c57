"""The built-in app, the framework's first user. Nothing outside imports it but `__main__` and `cli`."""
