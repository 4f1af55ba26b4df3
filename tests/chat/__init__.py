"""The chat: gate, commands, rendering, console."""
