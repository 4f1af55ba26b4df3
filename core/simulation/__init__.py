"""Reference backtest, fast kernel, fills, metrics and statistics, all seeded from outside."""
