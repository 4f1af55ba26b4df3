"""How fast the bot is: ``make bench`` prints one line per measure, its target and a limit."""
