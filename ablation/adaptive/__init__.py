"""Studies that add seeds until every verdict is settled, with the error that was promised."""
