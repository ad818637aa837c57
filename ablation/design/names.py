"""What people call a factor."""


def short_name(factor: str) -> str:
    """The last part of a config key; of a group's `name`, the group.

    >>> short_name("flags.batch_norm"), short_name("model.name")
    ('batch_norm', 'model')
    """
    parts = factor.split(".")
    return parts[-2] if len(parts) > 1 and parts[-1] == "name" else parts[-1]
