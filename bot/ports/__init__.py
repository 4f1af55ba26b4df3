"""What the bot needs from the outside: small protocols named by power, and what they carry."""
