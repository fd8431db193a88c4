"""Alembic's entry: runs the migrations on the connection that `t3monitor.store.migrate` hands over."""

from alembic import context

# The caller owns the transaction: a migration is whole or absent.
context.configure(connection=context.config.attributes["connection"], transactional_ddl=False)
context.run_migrations()
