"""AuthError: one vocabulary with the C++ library, and what an answer with one looks like."""

from __future__ import annotations

import copy
import pickle
import re

import pytest

from drawbridge import ERROR_CODES, AuthError, _core


@pytest.mark.parametrize("code", ERROR_CODES)
def test_an_error_says_what_the_library_says_of_its_code(code: str) -> None:
    group, status, title, challenge = _core.error_codes()[code]
    error = AuthError(code)
    assert (error.code, error.group, error.status, error.title, error.www_authenticate) == (
        *(code, group, status, title, challenge),
    )
    assert ERROR_CODES[code] == (group, status)
    assert (error.detail, error.hint, error.retry_after) == (f"{title}.", "", None)
    assert error.problem() == {
        "type": f"urn:drawbridge:error:{code}",
        "title": title,
        "status": status,
        "detail": f"{title}.",
        "code": code,
    }


@pytest.mark.parametrize(
    ("error", "headers"),
    [
        (AuthError("token_missing"), {"WWW-Authenticate": 'Bearer realm="drawbridge"'}),
        (
            AuthError("token_expired"),
            {"WWW-Authenticate": 'Bearer realm="drawbridge", error="invalid_token", error_description="token_expired"'},
        ),
        (
            AuthError("role_missing"),
            {"WWW-Authenticate": 'Bearer realm="drawbridge", error="insufficient_scope"'},
        ),
        (AuthError("user_mismatch"), {}),
        (AuthError("keys_unavailable"), {"Retry-After": "1"}),
        (AuthError("keys_unavailable", retry_after=7), {"Retry-After": "7"}),
        (AuthError("rate_limited", retry_after=3), {"Retry-After": "3"}),
        (AuthError("not_found"), {}),
    ],
    ids=lambda value: value.code if isinstance(value, AuthError) else "",
)
def test_the_headers_of_an_answer(error: AuthError, headers: dict[str, str]) -> None:
    assert error.headers() == {"Cache-Control": "no-store", **headers}


def test_an_error_of_ones_own() -> None:
    error = AuthError("user_unknown", "Alice is gone.", "She left on Monday.")
    assert str(error) == "user_unknown: Alice is gone. She left on Monday."
    assert error.problem()["detail"] == "Alice is gone."
    with pytest.raises(ValueError, match='"user_gone" is not one of'):
        AuthError("user_gone")


def test_an_error_reaches_another_process_whole() -> None:
    error = AuthError("keys_unavailable", "Gone.", "Look.", 7)
    copied = pickle.loads(pickle.dumps(error))
    assert (copied.code, copied.detail, copied.hint, copied.retry_after) == ("keys_unavailable", "Gone.", "Look.", 7)


class AccountLocked(AuthError):
    """As an app writes its own: code, status and text are its own business, and it has fields of its own."""

    def __init__(self, until: int, *, reasons: list[str]) -> None:
        super().__init__("account_locked", f"Locked until {until}.", "Unpaid.", 9, status=403)
        self.until = until
        self.reasons = reasons


class NobodyKnows(AuthError):
    def __init__(self) -> None:
        super().__init__("user_unknown", "Nobody knows them.")


SUBCLASSES = {"its own code and fields": AccountLocked(2030, reasons=["unpaid"]), "one of the codes": NobodyKnows()}
COPIES = {f"pickle {number}": number for number in range(pickle.HIGHEST_PROTOCOL + 1)} | {"copy": -1, "deepcopy": -2}


def copy_of(error: AuthError, how: str) -> AuthError:
    if how == "copy":
        return copy.copy(error)
    return copy.deepcopy(error) if how == "deepcopy" else pickle.loads(pickle.dumps(error, COPIES[how]))


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("name", SUBCLASSES)
def test_a_subclass_is_copied_whole(name: str, how: str) -> None:
    error = SUBCLASSES[name]
    copied = copy_of(error, how)
    assert type(copied) is type(error)
    assert str(copied) == str(error)
    for value in ("code", "status", "group", "title", "www_authenticate", "detail", "hint", "retry_after", "args"):
        assert getattr(copied, value) == getattr(error, value)
    assert copied.problem() == error.problem()
    assert copied.headers() == error.headers()
    if isinstance(error, AccountLocked):
        assert isinstance(copied, AccountLocked)
        assert (copied.until, copied.reasons) == (2030, ["unpaid"])


@pytest.mark.parametrize(
    ("status", "title", "group", "challenge"),
    [
        (400, "Bad Request", "request", None),
        (
            401,
            "Unauthorized",
            "rejected",
            'Bearer realm="drawbridge", error="invalid_token", error_description="account_locked"',
        ),
        (402, "Payment Required", "request", None),
        (403, "Forbidden", "forbidden", None),
        (499, "Error 499", "request", None),
    ],
)
def test_a_code_of_the_apps_own(status: int, title: str, group: str, challenge: str | None) -> None:
    error = AuthError("account_locked", "Pay first.", "Unpaid since May.", status=status)
    copied = pickle.loads(pickle.dumps(error))
    for each in (error, copied):
        assert (each.code, each.status, each.title, each.group) == ("account_locked", status, title, group)
        assert (each.www_authenticate, each.hint) == (challenge, "Unpaid since May.")
        assert each.problem() == {
            "type": "about:blank",
            "title": title,
            "status": status,
            "detail": "Pay first.",
            "code": "account_locked",
        }


def test_a_code_of_the_apps_own_may_say_when_to_try_again() -> None:
    assert AuthError("too_many_files", retry_after=9, status=429).headers() == {
        "Cache-Control": "no-store",
        "Retry-After": "9",
    }


@pytest.mark.parametrize(
    ("code", "status", "says"),
    [
        ("account_locked", None, 'AuthError("account_locked", status=403)'),
        ("account_locked", 200, "a status of 400 to 499"),
        ("account_locked", 500, "a status of 400 to 499"),
        ("account_locked", True, "a status of 400 to 499"),
        ("user_unknown", 404, '"user_unknown" is a code of Drawbridge, with the status 403: leave status out'),
        ("user_unknown", 403, "leave status out"),
        ("Account locked", 403, "write it in lower case"),
        ('a"b', 401, "write it in lower case"),
        ("", 403, "write it in lower case"),
    ],
)
def test_what_cannot_be_a_code_of_the_apps_own(code: str, status: int | None, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)) as refused:
        AuthError(code, status=status)
    assert "\n" not in str(refused.value)
