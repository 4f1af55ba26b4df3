"""The bot at work: checks, approvals, orders, halts and crashes on real files."""
