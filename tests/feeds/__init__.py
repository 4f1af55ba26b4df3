"""Proofs of the feeds against servers that speak their wire formats, and misbehave."""
