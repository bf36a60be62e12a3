"""Verifies tokens with Better Auth's keys, which it fetches by itself and keeps fresh."""

from __future__ import annotations

import asyncio
import logging
import threading
import weakref
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from os import PathLike
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Literal, NamedTuple, overload
from uuid import UUID

from drawbridge import _core, process
from drawbridge._core import Identity
from drawbridge.sessions.look import look_up
from drawbridge.sessions.source import SessionSource
from drawbridge.settings import allowed_origins as read_allowed_origins
from drawbridge.settings import better_auth_origin, read_settings
from drawbridge.verifier_settings import Uuid_co

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from drawbridge.verifier_settings import VerifierSettings

_log = logging.getLogger("drawbridge")
_MOST_REMEMBERED = 10_000_000

Headers = Iterable[tuple[bytes, bytes]]
"""Of a request: names in lower case and values (ASGI)."""


class KeyStatus(NamedTuple):
    """What a readiness probe wants to know of the keys."""

    state: Literal["fresh", "stale", "absent"]
    """`fresh`: the last fetch was good. `stale`: it failed, the last good set serves, within its bound. `absent`: no
    set, or the last good one is too old: nothing verifies."""
    usable_keys: int
    age: timedelta | None
    """How long ago the issuer last answered with a set; None when it never has."""
    last_failure: str
    """The last failure in one line; empty when the last fetch was good."""


class RevocationStatus(NamedTuple):
    """What a readiness probe wants to know of the revocations."""

    state: Literal["off", "pending", "current", "lost"]
    """`off`: not wanted, or the issuer has none and never had any for this process. `pending`: it has not told yet.
    `current`: it has told lately. `lost`: it has not for 10 seconds, though it was asked."""
    required: bool
    """Then no token verifies while the state is `pending` or `lost`."""
    entries: int
    """How many are known; some may be over."""
    age: timedelta | None
    """How long ago the question was asked that was last answered in full; None when none was."""
    last_failure: str
    """The last failure in one line; empty when the last answer was good."""


class CredentialCounts(NamedTuple):
    """What came of sessions or of API keys about which Better Auth, or its storage, was asked."""

    good: int
    unknown: int
    """There is none, or it has ended."""
    limited: int
    """A key's own limit is reached."""
    failed: int
    """Could not be judged."""
    remembered: int
    """Nobody was asked: a good answer was remembered."""
    waiting: int
    """Requests that wait for Better Auth now."""


class VerifierCounts(NamedTuple):
    """What a verifier has counted since it was made in this process."""

    key_fetches: int
    """How many have ended, good or not."""
    failed_key_fetches: int
    revocation_questions: int
    """How many have ended, answered or not."""
    failed_revocation_questions: int
    token_cache_hits: int
    """Tokens that were found among those that were verified before."""
    token_cache_misses: int
    sessions: CredentialCounts
    api_keys: CredentialCounts
    eddsa_table_keys: int
    """Keys that have tables now."""
    eddsa_table_faults: int
    """How often tables and libsodium differed: any is a fault to report."""


class KeyEvent(NamedTuple):
    """One fetch of the keys, or a snapshot file that could not be used or written; or that revocations were
    found, were lost, or are back."""

    good: bool
    """Whether the issuer answered with what was asked for."""
    text: str
    """One line: what happened and, for a failure, what to do; no token, no secret."""


def log_key_event(event: KeyEvent) -> None:
    """What is done with events unless told otherwise: a failure is a warning of the logger `drawbridge`."""
    _log.log(logging.INFO if event.good else logging.WARNING, "%s", event.text)


class Verifier(Generic[Uuid_co]):
    """Verifies Better Auth's JWTs; remembers those that it has verified.

    An argument wins over its environment variable, which is named as `drawbridge serve` names it; `better_auth_url` or
    BETTER_AUTH_URL is all that is needed. Durations are in seconds, `max_token_size` is in bytes. Raises ValueError,
    with one line, for what cannot work.

    `issuer` and `audience` may be several, up to 16 each: names of one Better Auth, which a token may have in `iss` and
    `aud`. A second Better Auth is a second Verifier, as its users are others.

    `user_claim`, `uuid` or `sub`, is the claim that identifies a user; a token without it is refused with
    `claim_missing`. With `sub` the `uuid` of an Identity may be None; type checkers know where it is an argument.
    `remembered_tokens` is how many verified tokens are kept, 0 for none. `on_event` is told of every
    fetch, in order, from a thread of its own; without it failures go to the logger `drawbridge`. A slow one delays no
    token, but close() and a fork wait for it. What it asks the verifier meanwhile ends it quietly.

    `credentials` are the kinds that authenticate_request() takes, of `token`, `session` and `key`: Better Auth's
    session cookie and the keys of its plugin `@better-auth/api-key`. Better Auth is asked what one is worth, and a good
    answer serves for `credential_max_age`, 30 seconds at most: so long a sign-out may go unseen. `session_cookie` is
    the cookie's whole name where Better Auth was given another prefix. With `secret`, or `secrets` in the form of
    BETTER_AUTH_SECRETS, a forged cookie is refused without asking. `allowed_origins` are those whose pages may change
    something by a cookie. A setting of a kind that is not taken is not read.

    With `sessions` of drawbridge.sessions, Better Auth is not asked about sessions: each is read where it is kept, for
    each request, in the event loop that asks. That takes the secret. Its Identity is the one of a token, and holds for
    half a minute.

    With `sessions` "cookie" a session also counts by the cookie in which Better Auth caches it, signed by its keys
    (`sessionCookieCache: true`). Nothing is asked then, and a sign-out goes unseen until the cache ends; Better Auth is
    asked where there is none. The default is "issuer", which always asks.

    What the issuer revoked before its time is `token_revoked`: it is asked each second while tokens come. `revocations`
    says what it means that it cannot be asked: `preferred` goes on with what is known, `required` answers
    `revocations_unavailable` (503), `off` never asks. `revocations_secret` is the plugin's, where it has one.
    EdDSA is verified with tables for the key, in some third of libsodium's time. Should they ever differ from
    libsodium, the token is refused, they are used no more in this process, and the logger `drawbridge` has an error.
    `eddsa_tables` "off" leaves all to libsodium.

    The first fetch starts at once, on a thread of its own. A token whose key is held is answered at once. A key that is
    not held is fetched; whoever needs it waits for that one fetch, at most 2 seconds, and is otherwise told
    `keys_unavailable` (503): an outage of the issuer never reads as a bad token. When more keys are asked for than can
    be waited for, 4,096, users verified lately go first, and each `client_address`, the client's IP address where the
    caller knows it, has its share.

    Any number of threads and event loops may use one. So may the processes that come of a fork: each gets a key set and
    threads of its own when it first needs them.
    """

    @overload
    def __init__(
        self: Verifier[UUID],
        better_auth_url: str | None = None,
        *,
        user_claim: Literal["uuid"] | None = None,
        **settings: Unpack[VerifierSettings],
    ) -> None: ...

    @overload
    def __init__(
        self: Verifier[UUID | None],
        better_auth_url: str | None = None,
        *,
        user_claim: str,
        **settings: Unpack[VerifierSettings],
    ) -> None: ...

    def __init__(
        self,
        better_auth_url: str | None = None,
        *,
        jwks_url: str | None = None,
        issuer: str | Iterable[str] | None = None,
        audience: str | Iterable[str] | None = None,
        algorithms: Iterable[str] | None = None,
        clock_skew: int | None = None,
        user_claim: str | None = None,
        max_token_size: int | None = None,
        allow_http_hosts: Iterable[str] | None = None,
        ca_file: str | PathLike[str] | None = None,
        keys_snapshot: str | PathLike[str] | None = None,
        keys_max_stale: int | None = None,
        revocations: str | None = None,
        revocations_secret: str | None = None,
        eddsa_tables: str | None = None,
        credentials: str | Iterable[str] | None = None,
        sessions: str | SessionSource | None = None,
        session_cookie: str | None = None,
        secret: str | None = None,
        secrets: str | None = None,
        allowed_origins: str | Iterable[str] | None = None,
        credential_max_age: int | None = None,
        remembered_tokens: int = 65_536,
        on_event: Callable[[KeyEvent], object] | None = None,
    ) -> None:
        self._settings = read_settings(
            {
                "better_auth_url": better_auth_url,
                "jwks_url": jwks_url,
                "issuer": issuer,
                "audience": audience,
                "algorithms": algorithms,
                "clock_skew": clock_skew,
                "user_claim": user_claim,
                "max_token_size": max_token_size,
                "allow_http_hosts": allow_http_hosts,
                "ca_file": ca_file,
                "keys_snapshot": keys_snapshot,
                "keys_max_stale": keys_max_stale,
                "revocations": revocations,
                "revocations_secret": revocations_secret,
                "eddsa_tables": eddsa_tables,
                "credentials": credentials,
                "sessions": sessions,
                "session_cookie": session_cookie,
                "secret": secret,
                "secrets": secrets,
                "allowed_origins": allowed_origins,
                "credential_max_age": credential_max_age,
            }
        )
        if not isinstance(sessions, str | SessionSource | None):
            raise TypeError(
                f"sessions is a {type(sessions).__name__}: give what sqlalchemy_sessions() or redis_sessions() of "
                'drawbridge.sessions returns, or "issuer" or "cookie"'
            )
        self._sessions = sessions if isinstance(sessions, SessionSource) and self._settings.reads_sessions else None
        if not 0 <= remembered_tokens <= _MOST_REMEMBERED:
            raise ValueError(f"remembered_tokens is {remembered_tokens}: give a number from 0 to {_MOST_REMEMBERED}")
        self._better_auth_url = better_auth_url
        self._allowed_origins = allowed_origins
        self._remembered_tokens = remembered_tokens
        self._on_event = on_event or log_key_event
        self._by_subject = self._settings.user_claim == "sub"
        self._closed = False
        self._core: _core.RemoteVerifier | None = None
        self._running()

    def verify(self, token: str, *, client_address: str | None = None) -> Identity[Uuid_co]:
        """The identity that the token proves. Blocks only when its key is not held, at most 2 seconds.

        Raises AuthError for every refusal. In an event loop use verify_async().
        """
        return (self._core or self._running()).verify(token, client_address)

    def authenticate(self, header: str | None, *, client_address: str | None = None) -> Identity[Uuid_co]:
        """The same for the value of one `Authorization` header; None and an empty value are `token_missing`."""
        return (self._core or self._running()).authenticate(header, client_address)

    async def verify_async(self, token: str, *, client_address: str | None = None) -> Identity[Uuid_co]:
        """The same as verify() without blocking the event loop: a fetch that is needed is awaited, by all who wait for
        the same one. May be cancelled."""
        answer = (self._core or self._running()).verify_async(token, client_address)
        return answer if isinstance(answer, Identity) else await _answer(answer)

    async def authenticate_async(self, header: str | None, *, client_address: str | None = None) -> Identity[Uuid_co]:
        """The same as authenticate() without blocking the event loop."""
        answer = (self._core or self._running()).authenticate_async(header, client_address)
        return answer if isinstance(answer, Identity) else await _answer(answer)

    def authenticate_request(
        self, headers: Headers, *, method: str = "", is_websocket: bool = False, client_address: str | None = None
    ) -> Identity[Uuid_co]:
        """The identity that a request proves by the credential that counts, of those that `credentials` names.

        `headers` are all that it has, as ASGI has them: names in lower case and values, both bytes, one that came twice
        twice. An `Authorization` header is an explicit choice: where tokens are taken and it is there, it alone counts.
        Then `x-api-key`, then the session cookie. A request that counts by its cookie has to come from a page of
        `allowed_origins` (CSRF), unless `method` is GET, HEAD or OPTIONS, in upper case, and it opens no WebSocket.

        Raises AuthError: the codes of verify(), and `credential_malformed`, `session_unknown`, `api_key_unknown`,
        `origin_not_allowed`, `session_unavailable`, and `rate_limited` for a key that may not be used now. Blocks at
        most some 2 seconds, and only where Better Auth has to be asked.

        RuntimeError, whatever the request has, where the verifier was given `sessions`: authenticate_request_async()
        reads them, in an event loop.
        """
        if self._sessions is not None:
            raise RuntimeError(
                "This verifier reads sessions with an asynchronous client: await authenticate_request_async(), "
                "or leave `sessions` out to have Better Auth asked about them."
            )
        core = self._core or self._running()
        return core.authenticate_request(headers, method, is_websocket, client_address)

    async def authenticate_request_async(
        self, headers: Headers, *, method: str = "", is_websocket: bool = False, client_address: str | None = None
    ) -> Identity[Uuid_co]:
        """The same as authenticate_request() without blocking the event loop, with `sessions` too: a store that has not
        answered within 2 seconds is `session_unavailable` (503). May be cancelled, which ends what it reads."""
        core = self._core or self._running()
        answer = core.authenticate_request_async(headers, method, is_websocket, client_address)
        if isinstance(answer, Identity):
            return answer
        if isinstance(answer, _core.Pending):
            return await _answer(answer)
        assert self._sessions is not None, "the core leaves looks to none but those who read sessions"
        return await look_up(self._sessions, answer)

    def counts_by_cookie(self, headers: Headers) -> bool:
        """Whether such a request counts by its session cookie, good or not. Its answer is for no shared cache."""
        return "session" in self._settings.credentials and (self._core or self._running()).counts_by_cookie(headers)

    def check_user_access(
        self, identity: Identity[UUID | None], path_user_id: str | UUID, *, as_uuid: bool = False
    ) -> None:
        """Lets a user reach their own path and nobody else's: `path_user_id` is the decoded path segment.

        The claim `uuid` is compared as a UUID, so that case does not matter; a path id that is no UUID is refused like
        another user's. `sub` is compared byte by byte, because a column of texts may hold two spellings as two users;
        as a UUID only where `path_user_id` is one, or `as_uuid` says that the route works with one. Raises AuthError
        `user_mismatch` whether or not the other user exists.
        """
        as_uuid = as_uuid or isinstance(path_user_id, UUID)
        _core.check_user_access(identity, str(path_user_id), self._by_subject, as_uuid)

    @property
    def credentials(self) -> tuple[str, ...]:
        """The kinds that authenticate_request() takes, of `token`, `session` and `key`."""
        return self._settings.credentials

    @property
    def session_cookie(self) -> str | None:
        """The name of the session cookie; None where sessions are not taken."""
        return self._settings.session_cookie

    @property
    def sessions_read_from(self) -> Literal["storage", "cookie"] | None:
        """Where sessions are read without a token, so that they name no organizations: storage, or the cookie that
        caches them. None where Better Auth is asked, or no session is taken."""
        if self._settings.reads_sessions:
            return "storage"
        return "cookie" if self._settings.session_cache else None

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """Whose pages may use the API: DRAWBRIDGE_ALLOWED_ORIGINS, else the origin of Better Auth; ValueError as for
        `origin`."""
        return read_allowed_origins(
            {"better_auth_url": self._better_auth_url, "allowed_origins": self._allowed_origins}
        )

    @property
    def origin(self) -> str:
        """The origin of Better Auth, `http://localhost:3000`; ValueError where only the addresses of its keys, issuer
        and audience are known."""
        return better_auth_origin(self._better_auth_url)

    def refresh(self) -> None:
        """Asks for a fetch as soon as the minimum gap of 1 second allows; does not wait for it."""
        (self._core or self._running()).refresh()

    def key_status(self) -> KeyStatus:
        state, usable_keys, age, last_failure = (self._core or self._running()).key_status()
        return KeyStatus(state, usable_keys, None if age is None else timedelta(seconds=age), last_failure)

    def revocation_status(self) -> RevocationStatus:
        state, required, entries, age, failure = (self._core or self._running()).revocation_status()
        return RevocationStatus(state, required, entries, None if age is None else timedelta(seconds=age), failure)

    def counts(self) -> VerifierCounts:
        """For metrics: drawbridge.metrics shows them to Prometheus."""
        counts = (self._core or self._running()).counts()
        return VerifierCounts(*counts[:6], CredentialCounts(*counts[6]), CredentialCounts(*counts[7]), *counts[8:])

    def close(self) -> None:
        """Ends the threads. Calls that wait get `keys_unavailable`; later calls raise RuntimeError."""
        self._closed = True
        self._stop()

    def __enter__(self) -> Verifier[Uuid_co]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _running(self) -> _core.RemoteVerifier:
        """The verifier of this process, made when there is none: at the start, and on either side of a fork."""
        with process.starting():
            if self._closed:
                raise process.Closed
            core = self._core
            if core is None:
                core = self._core = self._start()
                process.watch(self)
            return core

    def _start(self) -> _core.RemoteVerifier:
        settings = self._settings
        # The threads must not keep the verifier alive, or nothing would ever end them.
        weak = weakref.ref(self)

        def tell(good: bool, text: str, is_of_tables: bool) -> None:
            if is_of_tables:  # a fault of Drawbridge's or of the machine's, not of the issuer's
                _log.error("%s", text)
                return
            verifier = weak()
            if verifier is not None:
                with suppress(process.Closed):  # it asked for more than there is while its thread is being ended
                    verifier._on_event(KeyEvent(good, text))

        return _core.RemoteVerifier(
            jwks_url=settings.jwks_url,
            issuers=settings.issuer,
            audiences=settings.audience,
            algorithms=settings.algorithms,
            clock_skew=settings.clock_skew,
            max_token_size=settings.max_token_size,
            required_claims=() if self._by_subject else ("uuid",),
            allow_http_hosts=settings.allow_http_hosts,
            ca_file=settings.ca_file,
            keys_snapshot=settings.keys_snapshot,
            keys_max_stale=settings.keys_max_stale,
            remembered_tokens=self._remembered_tokens,
            revocations=settings.revocations,
            revocations_url=settings.revocations_url,
            revocations_secret=settings.revocations_secret,
            eddsa_tables=settings.eddsa_tables,
            on_event=tell,
            credentials=_core.CredentialSource(
                kinds=settings.credentials,
                base_url=settings.base_url,
                session_cookie=settings.session_cookie,
                secrets=settings.secrets,
                allowed_origins=settings.allowed_origins,
                max_age=settings.credential_max_age,
                reads_sessions=self._sessions is not None,
                session_cache=settings.session_cache,
                on_failure=_log_failure,
            ),
        )

    def _stop(self) -> None:
        # The threads end with the last reference, which may be that of a call in another thread.
        self._core = None


def _log_failure(text: str) -> None:
    """Called by a thread that others wait for, so that what may be a slow handler of the log gets one of its own."""
    threading.Thread(target=_log.warning, args=("%s", text), daemon=True).start()


async def _answer(pending: _core.Pending) -> Identity[Any]:
    """Waits for the answering thread."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[None] = loop.create_future()

    def resolve() -> None:
        if not future.done():  # whoever waited may have been cancelled
            future.set_result(None)

    def wake() -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(resolve)

    pending.on_done(wake)
    await future
    return pending.result()
