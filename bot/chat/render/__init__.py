"""Messages as values -> what a person reads: Telegram HTML in pages, and plain text."""
