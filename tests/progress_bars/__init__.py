"""How far long work is, as a terminal shows it and a pipe does not."""
