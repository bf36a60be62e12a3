"""What every backend behind the bridge promises about its refusals."""

from __future__ import annotations

import httpx

STATUS = {
    "token_missing": 401,
    "token_malformed": 401,
    "token_too_large": 401,
    "token_type_not_allowed": 401,
    "algorithm_not_allowed": 401,
    "key_id_missing": 401,
    "key_unknown": 401,
    "key_unusable": 401,
    "signature_invalid": 401,
    "claim_missing": 401,
    "claim_invalid": 401,
    "token_expired": 401,
    "token_not_yet_valid": 401,
    "token_revoked": 401,
    "issuer_mismatch": 401,
    "audience_mismatch": 401,
    "credential_malformed": 401,
    "session_unknown": 401,
    "api_key_unknown": 401,
    "user_mismatch": 403,
    "user_unknown": 403,
    "origin_not_allowed": 403,
    "keys_unavailable": 503,
    "session_unavailable": 503,
    "revocations_unavailable": 503,
    "store_unavailable": 503,
    "statement_timeout": 503,
    "not_found": 404,
    "method_not_allowed": 405,
    "conflict": 409,
    "quota_exceeded": 409,
    "body_too_large": 413,
    "media_type_unsupported": 415,
    "request_malformed": 400,
    "headers_too_large": 431,
    "body_malformed": 400,
    "validation_failed": 422,
    "rate_limited": 429,
}
COMMON_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Vary": "Origin"}
# Of an answer that a cookie decides.
BY_COOKIE = {"Cache-Control": "private, no-store", "Vary": "Origin, Cookie"}
NO_TOKENS_FAULT = ("token_missing", "credential_malformed", "session_unknown", "api_key_unknown")


def challenge(code: str) -> str | None:
    """The exact WWW-Authenticate for a code."""
    if STATUS[code] != 401:
        return None
    if code in NO_TOKENS_FAULT:
        return 'Bearer realm="drawbridge"'
    return f'Bearer realm="drawbridge", error="invalid_token", error_description="{code}"'


def assert_common_headers(answer: httpx.Response, but: dict[str, str] | None = None) -> None:
    """What every answer has, good or not; with other values for some of it."""
    expected = COMMON_HEADERS | (but or {})
    assert answer.headers.get("X-Request-Id")
    assert {name: answer.headers.get(name) for name in expected} == expected


def assert_refused(answer: httpx.Response, code: str, by_cookie: bool = False) -> None:
    """A problem document (RFC 9457) of exactly that code, with exactly the headers that go with it."""
    assert (answer.status_code, answer.headers.get("Content-Type")) == (STATUS[code], "application/problem+json"), (
        f"{answer.status_code} {answer.text}, not {code}"
    )
    problem = answer.json()
    assert problem["code"] == code
    assert problem["type"] == f"urn:drawbridge:error:{code}"
    assert problem["status"] == STATUS[code]
    assert problem["title"] and problem["detail"]
    assert answer.headers.get("WWW-Authenticate") == challenge(code)
    assert ("Allow" in answer.headers) == (code == "method_not_allowed")
    assert ("errors" in problem) == (code == "validation_failed")
    assert_common_headers(answer, BY_COOKIE if by_cookie else None)
    if STATUS[code] in (429, 503):
        assert 1 <= int(answer.headers["Retry-After"]) <= (30 if code != "rate_limited" else 86_400)
    else:
        assert "Retry-After" not in answer.headers
    sent = answer.request.headers.get("Authorization", "").removeprefix("Bearer ")
    assert len(sent) < 8 or sent not in answer.text, "an answer holds the token"


def assert_invalid(answer: httpx.Response, *pointers: str) -> None:
    """422 that names exactly these members (`/name`) or parameters (`?name`), in any order."""
    assert_refused(answer, "validation_failed")
    errors = answer.json()["errors"]
    assert sorted(error["pointer"] for error in errors) == sorted(pointers), errors
    assert all(error["message"] for error in errors)
