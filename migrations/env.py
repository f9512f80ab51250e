"""Runs migrations on the connection that ``service.database`` hands over; no configuration file, no second engine."""

from alembic import context

from registry.db import Base
from service import tables as tables  # noqa: PLC0414 - imported for its effect: every table is known to the metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
