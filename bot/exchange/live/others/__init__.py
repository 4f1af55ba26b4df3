"""Accounts at venues that are only watched: Binance and Coinbase."""
