"""The pure half of Evenkeel: no I/O, no clock, no randomness, no logging."""
