"""Who works on the database next. It only decides: what it is told of comes from `turns.py`."""

from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True)
class Limits:
    """Of pieces of work. Beyond what may wait, one more is refused; beyond the others it waits."""

    running: int  # as many as there are connections
    costly: int  # of those that run; fewer, so that what is quickly done always has a connection
    running_of_one: int  # user
    held_of_one: int  # by one user: what runs, and what is done and whose answer is not yet sent
    waiting: int = 1024
    waiting_of_one: int = 256


@dataclass(eq=False)
class Work:
    owner: UUID
    costly: bool = False


@dataclass
class _User:
    waiting: dict[bool, deque[tuple[int, Work]]] = field(default_factory=lambda: {False: deque(), True: deque()})
    running: int = 0
    running_costly: int = 0
    held: int = 0

    @property
    def count_waiting(self) -> int:
        return sum(map(len, self.waiting.values()))


class WorkQueue:
    """Users take turns. Of one user one costly piece of work runs at a time."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._users: OrderedDict[UUID, _User] = OrderedDict()  # whose turn is next comes first
        self._added = 0
        self._waiting = 0
        self._running = 0
        self._running_costly = 0

    def add(self, work: Work) -> str | None:
        """Has it wait; or the code with which it is refused."""
        user = self._users.setdefault(work.owner, _User())
        if user.count_waiting >= self._limits.waiting_of_one:
            return "rate_limited"
        if self._waiting >= self._limits.waiting:
            self._forget_if_idle(work.owner)
            return "store_unavailable"
        self._added += 1
        self._waiting += 1
        user.waiting[work.costly].append((self._added, work))
        return None

    def begin(self) -> Iterator[Work]:
        """What is to run now. Each is running as soon as it is given."""
        while (work := self._next()) is not None:
            yield work

    def drop(self, work: Work) -> None:
        """It no longer waits: its time is over, or nobody is there to be answered."""
        line = self._users[work.owner].waiting[work.costly]
        line.remove(next(each for each in line if each[1] is work))
        self._waiting -= 1
        self._forget_if_idle(work.owner)

    def finish(self, work: Work) -> None:
        """It runs no longer, and its user's share is held until the answer is sent."""
        user = self._users[work.owner]
        user.running -= 1
        user.running_costly -= work.costly
        self._running -= 1
        self._running_costly -= work.costly

    def release(self, work: Work) -> None:
        """After finish(): its answer is sent."""
        self._users[work.owner].held -= 1
        self._forget_if_idle(work.owner)

    def _next(self) -> Work | None:
        if self._running >= self._limits.running:
            return None
        for owner, user in self._users.items():
            may_run = user.running < self._limits.running_of_one and user.held < self._limits.held_of_one
            lines = [user.waiting[costly] for costly in (False, True) if self._may(user, costly)] if may_run else []
            if not any(lines):
                continue
            _, work = min((line for line in lines if line), key=lambda line: line[0][0]).popleft()
            self._users.move_to_end(owner)
            user.running += 1
            user.held += 1
            user.running_costly += work.costly
            self._waiting -= 1
            self._running += 1
            self._running_costly += work.costly
            return work
        return None

    def _may(self, user: _User, costly: bool) -> bool:
        return not costly or (user.running_costly == 0 and self._running_costly < self._limits.costly)

    def _forget_if_idle(self, owner: UUID) -> None:
        user = self._users[owner]
        if not user.held and not user.count_waiting:
            del self._users[owner]
