"""Exchange adapters and the paper exchange: the same ports, the same contract tests."""
