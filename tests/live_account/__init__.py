"""A real account reader in front of an emulated Kraken: the truth, or an error that says why."""
