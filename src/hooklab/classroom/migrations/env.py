"""What Alembic runs: it brings the gradebook of the connection it is given up to date."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table=context.config.attributes["version_table"],
    # SQLite can take a changed table back too, once a transaction is really begun for it.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
