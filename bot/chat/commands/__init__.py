"""What people can ask for and decide: one small function per command and button."""
