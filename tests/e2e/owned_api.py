"""The API as one signed-in user calls it: with their token, and paths below their own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import httpx

from backend import Backend
from better_auth import BetterAuth, Person
from raw_http import with_json


@dataclass(frozen=True)
class OwnedApi:
    backend: Backend
    person: Person
    token: str

    @staticmethod
    def sign_up(issuer: BetterAuth, backend: Backend, name: str) -> OwnedApi:
        person = issuer.sign_up(name)
        return OwnedApi(backend, person, person.token())

    @property
    def uuid(self) -> str:
        return self.person.uuid

    @property
    def tasks(self) -> str:
        """The path of their tasks."""
        return f"/api/v1/{self.uuid}/tasks"

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self.backend.call(method, f"/api/v1/{self.uuid}{path}", self.token, **more)

    def get(self, path: str, **parameters: Any) -> httpx.Response:
        return self.call("GET", path, **({"params": parameters} if parameters else {}))

    def post(self, path: str, body: Any) -> httpx.Response:
        return self.call_with(body, "POST", path)

    def put(self, path: str, body: Any) -> httpx.Response:
        return self.call_with(body, "PUT", path)

    def patch(self, path: str, body: Any) -> httpx.Response:
        return self.call_with(body, "PATCH", path)

    def call_with(self, body: Any, method: str, path: str) -> httpx.Response:
        """httpx would take None for no body at all."""
        return self.call(method, path, content=json.dumps(body), headers={"Content-Type": "application/json"})

    def delete(self, path: str) -> httpx.Response:
        return self.call("DELETE", path)

    def make_task(self, title: str, **members: Any) -> dict[str, Any]:
        answer = self.post("/tasks", {"title": title} | members)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def make_tag(self, name: str, **members: Any) -> int:
        """Its id."""
        answer = self.post("/tags", {"name": name} | members)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    def titles(self) -> list[str]:
        """Of all their tasks; there may be a hundred."""
        listed = self.get("/tasks?limit=100").json()
        assert listed["pages"] <= 1
        return sorted(task["title"] for task in listed["items"])

    def creating(self, title: str, *lines: str) -> bytes:
        """A request in bytes that creates a task of that title, with these header lines besides."""
        return with_json("POST", self.tasks, self.token, {"title": title}, *lines)
