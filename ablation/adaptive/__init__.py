"""Studies that add seeds until every verdict is settled, with the promised error rates."""
