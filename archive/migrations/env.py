"""What Alembic runs a migration in: the connection that `Database.upgrade` opened."""

from alembic import context

from archive.stories import Article

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=Article.metadata, render_as_batch=True, transaction_per_migration=False
)
context.run_migrations()
