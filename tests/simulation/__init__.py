"""The simulated market, its fills, and bar files."""
