"""Group-sequential testing: looks at a growing study whose errors stay what was promised."""
