"""What a run earned, risked, asked for and cost."""
