"""When more unknown keys are asked for than can be waited for, no address takes the places of another."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Annotated

import httpx
import pytest
from asgi_calls import bearer
from fastapi import Depends, FastAPI
from hostile_tokens import with_header, with_payload
from key_server import KeyServer, key_server

from drawbridge import AuthError, Identity, Verifier
from drawbridge.fastapi import BetterAuth
from drawbridge.testing import Issuer

PLACES = 4_096
ATTACKER, USER = "192.0.2.1", "192.0.2.2"


class Crowded:
    """A verifier whose places are all taken from the attacker's address, and whose fetch waits."""

    def __init__(self, issuer: Issuer, keys: KeyServer, verifier: Verifier) -> None:
        self.issuer, self.keys, self.verifier = issuer, keys, verifier
        random = with_payload(issuer.token(), sub="nobody")
        self.hostile = [with_header(random, kid=f"random {number}") for number in range(PLACES)]
        self.of_a_newcomer = issuer.token("7a1f3c55-2c1e-4c8a-8f6d-aa55bb66cc77")

    @asynccontextmanager
    async def filled(self) -> AsyncIterator[None]:
        ask = self.verifier.verify_async
        waiting = [asyncio.ensure_future(ask(token, client_address=ATTACKER)) for token in self.hostile]
        await asyncio.sleep(0)
        yield
        self.keys.answering.set()
        for call in waiting:
            with suppress(AuthError):
                await call


@pytest.fixture
def crowded() -> Iterator[Crowded]:
    with Issuer() as issuer, key_server(issuer.jwks) as keys, Verifier(issuer.url, jwks_url=keys.url) as verifier:
        verifier.verify(issuer.token())
        issuer.rotate()
        keys.answering.clear()
        yield Crowded(issuer, keys, verifier)


def test_a_newcomer_elsewhere_finds_a_place(crowded: Crowded) -> None:
    async def scenario() -> None:
        async with crowded.filled():
            ask = crowded.verifier.verify_async
            with pytest.raises(AuthError) as refused:
                await ask(with_header(crowded.hostile[0], kid="one more"), client_address=ATTACKER)
            assert refused.value.code == "keys_unavailable"
            newcomer = asyncio.ensure_future(ask(crowded.of_a_newcomer, client_address=USER))
            await asyncio.sleep(0)
            assert not newcomer.done()
            crowded.keys.answering.set()
            assert isinstance(await newcomer, Identity)

    asyncio.run(scenario())


def test_the_dependencies_know_the_address(crowded: Crowded) -> None:
    auth, app = BetterAuth(verifier=crowded.verifier), FastAPI()

    @app.get("/me")
    async def get_me(user: Annotated[Identity, Depends(auth.get_current_user)]) -> str:
        return str(user.uuid)

    async def status_from(address: str) -> int:
        transport = httpx.ASGITransport(app, client=(address, 50_000))
        async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
            headers = {"Authorization": bearer(crowded.of_a_newcomer)}
            return (await client.get("/me", headers=headers)).status_code

    async def scenario() -> None:
        async with crowded.filled():
            assert await status_from(ATTACKER) == 503
            newcomer = asyncio.ensure_future(status_from(USER))
            await asyncio.sleep(0.05)
            crowded.keys.answering.set()
            assert await newcomer == 200

    asyncio.run(scenario())
