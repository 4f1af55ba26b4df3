"""Real exchanges: the public side, without a key."""
