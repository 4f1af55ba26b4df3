"""The backtest command, as a person runs it."""
