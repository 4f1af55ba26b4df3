"""Worlds in which nothing can be foreseen."""
