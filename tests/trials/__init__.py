"""The log of trials and the seal, which studies and sweeps share."""
