"""What must be true before a run may begin."""
