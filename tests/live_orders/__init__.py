"""Orders at a real venue, against an emulated Kraken over HTTP."""
