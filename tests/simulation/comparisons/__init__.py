"""The simple policies that others stand beside."""
