"""How often the database is asked whether the API is ready."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from tasks_api.readiness import Readiness


class Clock:
    now = 100.0


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(test(), 20))


@pytest.mark.parametrize(
    ("asked_after", "times"), [([0, 0, 0], 1), ([0, 0.9], 1), ([0, 1], 2), ([0, 0.9, 1.1], 2), ([0, 5, 5.5, 6], 3)]
)
def test_within_a_second_all_get_one_answer(asked_after: list[float], times: int) -> None:
    async def test() -> None:
        asked, clock = [], Clock()

        async def ask() -> bool:
            asked.append(clock.now)
            return True

        readiness = Readiness(ask, lambda: clock.now)
        for seconds in asked_after:
            clock.now = 100.0 + seconds
            assert await readiness.get()
        assert len(asked) == times

    run(test)


def test_who_asks_while_it_is_asked_waits_for_that_answer_and_may_go() -> None:
    async def test() -> None:
        may_answer, asked = asyncio.Event(), []

        async def ask() -> bool:
            asked.append(True)
            await may_answer.wait()
            return False

        readiness = Readiness(ask, lambda: float(len(asked)) * 10)
        waiting = [asyncio.create_task(readiness.get()) for _ in range(100)]
        await asyncio.sleep(0)
        waiting.pop(0).cancel()
        await asyncio.sleep(0)
        may_answer.set()
        assert await asyncio.gather(*waiting) == [False] * 99
        assert len(asked) == 1

    run(test)


def test_a_database_that_failed_is_asked_again() -> None:
    async def test() -> None:
        clock, answers = Clock(), [False, True]

        async def ask() -> bool:
            return answers.pop(0)

        readiness = Readiness(ask, lambda: clock.now)
        assert not await readiness.get()
        clock.now += 1
        assert await readiness.get()

    run(test)
