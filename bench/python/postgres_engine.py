"""The engine that both packages are given: a connection for each of the load's, and no transaction around a SELECT."""

import os

from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(
    os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://"),
    pool_size=16,
    isolation_level="AUTOCOMMIT",
)
