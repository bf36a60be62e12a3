"""Who works on the database next, when users want more than there is."""

from uuid import UUID

import pytest

from tasks_api.work_queue import Limits, Work, WorkQueue

ALICE, BOB, EVE = (UUID(int=number) for number in (1, 2, 3))
FOUR = Limits(running=4, costly=3, running_of_one=2, held_of_one=4, waiting=12, waiting_of_one=8)


class Line:
    """A queue, and pieces of work by short names: `E` is Eve's, `e` a costly one of hers."""

    def __init__(self, limits: Limits = FOUR) -> None:
        self.queue = WorkQueue(limits)
        self.names: dict[Work, str] = {}
        self.running: list[Work] = []

    def add(self, names: str) -> list[str | None]:
        owners = {"a": ALICE, "b": BOB, "e": EVE}
        refusals = []
        for name in names:
            work = Work(owners[name.lower()], costly=name.islower())
            self.names[work] = name
            refusals.append(self.queue.add(work))
        return refusals

    def begin(self) -> str:
        began = list(self.queue.begin())
        self.running += began
        return "".join(self.names[work] for work in began)

    def end(self, name: str) -> None:
        work = next(each for each in self.running if self.names[each] == name)
        self.running.remove(work)
        self.queue.finish(work)
        self.queue.release(work)


@pytest.mark.parametrize(
    ("waiting", "begins"),
    [
        ("E", "E"),
        ("EE", "EE"),
        ("EEEE", "EE"),  # one user leaves connections for others
        ("EEEEB", "EBE"),  # users take turns
        ("EEEEBBAA", "EBAE"),
        ("ee", "e"),  # one costly piece of one user
        ("eeEE", "eE"),  # what is quickly done need not wait behind it
        ("eeeeB", "eB"),
        ("ebaB", "ebaB"),
        ("ebaEBA", "ebaE"),
    ],
)
def test_what_begins(waiting: str, begins: str) -> None:
    line = Line()
    line.add(waiting)
    assert line.begin() == begins


def test_costly_work_of_all_leaves_a_connection() -> None:
    line = Line(Limits(running=2, costly=1, running_of_one=1, held_of_one=4))
    line.add("eba")
    assert line.begin() == "e"
    line.add("B")
    assert line.begin() == "B"
    line.end("e")
    assert line.begin() == "a"  # Bob has one that runs


def test_what_ends_makes_room() -> None:
    line = Line()
    line.add("eeE")
    assert line.begin() == "eE"
    line.end("e")
    assert line.begin() == "e"


def test_an_answer_that_is_not_fetched_holds_its_users_share_and_nobody_elses() -> None:
    line = Line()
    for _ in range(FOUR.held_of_one):
        line.add("E")
        assert line.begin() == "E"
        line.queue.finish(line.running[-1])
    line.add("EB")
    assert line.begin() == "B"
    line.queue.release(line.running.pop(0))
    assert line.begin() == "E"


def test_of_one_user_so_many_wait_and_of_all() -> None:
    line = Line()
    assert line.add("E" * 8) == [None] * 8
    assert line.add("E") == ["rate_limited"]
    assert line.add("BBBB") == [None] * 4
    assert line.add("A") == ["store_unavailable"]
    assert line.begin() == "EBEB"
    assert line.add("A") == [None]


def test_what_gave_up_is_never_begun() -> None:
    line = Line()
    line.add("eEb")
    first, *_ = line.names
    line.queue.drop(first)
    assert line.begin() == "Eb"
    line.add("E" * 8)
    assert line.add("E") == ["rate_limited"]


def test_who_has_nothing_left_is_forgotten() -> None:
    line = Line()
    line.add("Ee")
    line.begin()
    line.add("e")
    line.queue.drop(list(line.names)[-1])
    line.end("E")
    line.end("e")
    assert not line.queue._users
    assert (line.queue._waiting, line.queue._running, line.queue._running_costly) == (0, 0, 0)
