"""Runs migrations on a connection of ``bot.store.schema``, which owns the transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
