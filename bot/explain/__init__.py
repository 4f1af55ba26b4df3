"""Turns the fact table into words and checks every figure in them."""
