"""The client that both packages are given; hiredis, which is installed, reads its answers."""

import os

from redis.asyncio import Redis

client = Redis.from_url(os.environ["DRAWBRIDGE_REDIS_URL"])
