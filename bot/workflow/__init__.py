"""Propose, approve, execute, reconcile, digest, review."""
