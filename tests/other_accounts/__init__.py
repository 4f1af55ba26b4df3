"""Accounts at Binance and Coinbase, which are watched and never traded."""
