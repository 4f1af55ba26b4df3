"""What draws; loaded with the first picture."""
