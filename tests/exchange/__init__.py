"""The paper markets and the paper exchange."""
