"""Pictures for the README, taken from real runs."""
