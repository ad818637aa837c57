"""Tables made of the fitted model."""
