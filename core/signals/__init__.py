"""What the market and the portfolio are doing."""
