"""The store: one SQLite file with every decision, proposal, order and message, and the journal."""
