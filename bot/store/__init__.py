"""The store: one SQLite file that holds every decision, proposal, order and message, and the journal."""
