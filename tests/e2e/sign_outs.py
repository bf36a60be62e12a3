"""How soon a sign-out counts: people sign out at random while others work, and each API is asked with the tokens of
those who left until it refuses them."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from better_auth import Person

PATH = "/api/v1/me"
ASKED_EACH = 0.005  # seconds between two questions for one who left
WORKED_EACH = 0.01  # and between two requests of those who stay, at each API
LOST_AFTER = 60.0


@dataclass
class Member:
    """Somebody with a token, who may leave."""

    person: Person
    token: str
    left: threading.Event = field(default_factory=threading.Event)  # set before it is asked to sign out

    @classmethod
    def of(cls, person: Person) -> Member:
        return cls(person, person.token())


@dataclass
class SignOuts:
    """`seconds`: by API, from the answer to each sign-out until the first answer that refused its token. `requests`: how
    many those sent who had not left, and `refused`: which of them were. `faults`: what else should not be."""

    seconds: dict[str, list[float]]
    requests: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)


class _Caller:
    """One kept connection to an API."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def code_for(self, token: str) -> str:
        """`200`, or the code of the refusal."""
        headers = {"Authorization": f"Bearer {token}"}
        try:
            answer, body = self._get(headers)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            # The server closed the connection as idle; the next one is another.
            self._connection.close()
            answer, body = self._get(headers)
        return "200" if answer.status == 200 else f"{answer.status} {json.loads(body).get('code')}"

    def _get(self, headers: Mapping[str, str]) -> tuple[http.client.HTTPResponse, bytes]:
        self._connection.request("GET", PATH, headers=dict(headers))
        answer = self._connection.getresponse()
        return answer, answer.read()


class _Run:
    def __init__(self, ports: Mapping[str, int], members: Sequence[Member]) -> None:
        self.found = SignOuts({name: [] for name in ports})
        self.members = members
        self.waiting: dict[str, dict[int, tuple[Member, float]]] = {name: {} for name in ports}
        self.lock = threading.Lock()
        self.is_over = threading.Event()

    def leave(self, leaving: Sequence[Member], gap: float, dice: random.Random) -> None:
        for number, member in enumerate(leaving):
            time.sleep(dice.uniform(0, 2 * gap))
            member.left.set()
            member.person.sign_out()
            answered = time.monotonic()
            with self.lock:
                for waiting in self.waiting.values():
                    waiting[number] = (member, answered)

    def watch(self, name: str, port: int) -> None:
        """Asks for those who left, in turn, until each is refused."""
        caller = _Caller(port)
        while not self.is_over.wait(ASKED_EACH):
            with self.lock:
                waiting = list(self.waiting[name].items())
            for number, (member, left_at) in waiting:
                code = caller.code_for(member.token)
                took = time.monotonic() - left_at
                if code == "200" and took < LOST_AFTER:
                    continue
                with self.lock:
                    del self.waiting[name][number]
                    self.found.seconds[name].append(took)
                    if code != "401 token_revoked":
                        self.found.faults[f"{name}: {code} for one who signed out"] += 1

    def work(self, name: str, port: int, dice: random.Random) -> None:
        """Of those who are there somebody at random, again and again: never refused."""
        caller = _Caller(port)
        while not self.is_over.wait(WORKED_EACH):
            member = dice.choice(self.members)
            if member.left.is_set():
                continue
            code = caller.code_for(member.token)
            with self.lock:
                self.found.requests += 1
                if code != "200" and not member.left.is_set():
                    self.found.refused[f"{name}: {code}"] += 1

    def is_waited_for(self) -> bool:
        with self.lock:
            return any(self.waiting.values())


def sign_out_at_random(
    ports: Mapping[str, int], leaving: Sequence[Member], staying: Sequence[Member], gap: float, seed: int = 17
) -> SignOuts:
    """Those who leave sign out one by one, `gap` seconds apart on average. `ports` are the APIs', by their names."""
    dice = random.Random(seed)
    run = _Run(ports, [*leaving, *staying])
    for name, port in ports.items():
        caller = _Caller(port)
        for member in run.members:  # so that each API has seen each token
            if (code := caller.code_for(member.token)) != "200":
                run.found.faults[f"{name}: {code} before anybody signed out"] += 1
    with ThreadPoolExecutor(2 * len(ports)) as threads:
        working = [threads.submit(run.watch, name, port) for name, port in ports.items()]
        working += [
            threads.submit(run.work, name, port, random.Random(seed + number))
            for number, (name, port) in enumerate(ports.items())
        ]
        try:
            run.leave(dice.sample(leaving, len(leaving)), gap, dice)
            while run.is_waited_for() and not any(job.done() for job in working):
                time.sleep(ASKED_EACH)
        finally:
            run.is_over.set()
        wait(working)
        for job in working:
            job.result()
    return run.found
