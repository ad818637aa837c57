"""Tables made from the fitted model."""
