"""The check of an attention layer's input."""


def check_images(layer: object, shape: tuple[int | None, ...]) -> None:
    """Refuse an input that is not a batch of images with a known number of channels.

    Args:
        layer: whose input is checked; its class is named in the message.
        shape: of the input, expected (batch, height, width, channels).

    Raises:
        ValueError: another rank, or channels of unknown number.
    """
    if len(shape) != 4 or shape[-1] is None:
        raise ValueError(
            f"{type(layer).__name__} expects images (batch, height, width, channels). "
            f"Received: input_shape={shape}"
        )
