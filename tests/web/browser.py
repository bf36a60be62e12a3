"""Debian's Chromium, driven by Playwright, and a person in front of it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Route, expect, sync_playwright

from front_end import Bridge

PASSWORD = "correct horse battery staple"
SECONDS = 1_000  # milliseconds, as Playwright counts

# What Chromium would otherwise ask the network for at its start.
QUIET = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]

expect.set_options(timeout=15 * SECONDS)  # a busy machine is slow, not wrong


@contextmanager
def open_browser() -> Iterator[Browser]:
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's has no use for root
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium-headless-shell", args=QUIET + sandbox)
        yield browser
        browser.close()


@dataclass
class Seen:
    """What a browser asked for and said, from its beginning."""

    requests: list[Request] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)  # exceptions of the pages, and violations of their policy

    def to(self, path_end: str, method: str = "GET") -> list[Request]:
        return [r for r in self.requests if r.method == method and urlsplit(r.url).path.endswith(path_end)]


class Visitor:
    """One browser profile: its cookies, its pages, and what they asked for."""

    def __init__(self, browser: Browser, bridge: Bridge, **options: object) -> None:
        """Options are those of a Playwright context."""
        self.bridge = bridge
        self.web = bridge.front_end.url
        self.context: BrowserContext = browser.new_context(base_url=self.web, **options)
        self.context.set_default_timeout(15 * SECONDS)
        self.seen = Seen()
        self.context.on("request", lambda request: self.seen.requests.append(request))
        self.context.on("weberror", lambda fault: self.seen.faults.append(str(fault.error)))
        self.context.on("console", self.hear)
        # Better Auth allows an address three sign-ins in ten seconds; each visitor comes from one of its own.
        self.address = f"10.{'.'.join(str(b) for b in secrets.token_bytes(3))}"
        self.context.route(
            f"{self.web}/api/auth/**",
            lambda route: route.continue_(headers=route.request.headers | {"x-forwarded-for": self.address}),
        )
        self.page: Page = self.context.new_page()

    def hear(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            self.seen.faults.append(message.text)

    def api_requests(self) -> list[Request]:
        """Those to the API; the browser's own preflights are not among them."""
        return [r for r in self.seen.requests if r.url.startswith(self.bridge.api_url)]

    def user_requests(self) -> list[Request]:
        """Those for what a user has: without the question whose the session is, which the page asks all the while."""
        return [request for request in self.api_requests() if not request.url.endswith("/api/v1/me")]

    def close(self) -> None:
        self.context.close()
        assert self.seen.faults == []


def answer_json(body: object, status: int = 200):
    """A handler for Visitor.context.route that answers this in place of the server."""

    def handle(route: Route) -> None:
        origin = route.request.headers.get("origin", "*")
        route.fulfill(status=status, json=body, headers={"Access-Control-Allow-Origin": origin})

    return handle
