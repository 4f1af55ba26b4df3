"""One chat port with two homes: Telegram and the console."""
