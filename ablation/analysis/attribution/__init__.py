"""What a component contributes: on average, added first or last, over all orders, as a share of variance."""
