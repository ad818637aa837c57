"""What is a component's: on average, made alone, made last, over all orders, as a share of variance."""
