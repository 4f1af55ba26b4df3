"""Readings from outside, one file per source, assembled into a snapshot."""
