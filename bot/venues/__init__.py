"""Real venues over the wire: one guarded ccxt connection for the exchange and for the feeds."""
