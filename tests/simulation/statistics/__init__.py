"""Intervals, placebos, deflated ratios and overfit grids."""
