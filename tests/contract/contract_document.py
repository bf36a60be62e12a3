"""api/openapi.yaml as a structure to ask: its operations, its schemas, its examples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker

from process import ROOT

CONTRACT = ROOT / "api/openapi.yaml"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True)
class Operation:
    path: str
    method: str  # upper case
    id: str
    node: dict[str, Any]
    parameters: tuple[dict[str, Any], ...]

    @property
    def success(self) -> str:
        """Its one status that is no error."""
        (status,) = (status for status in self.node["responses"] if status.startswith("2"))
        return str(status)


class ContractDocument:
    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document

    @staticmethod
    def read() -> ContractDocument:
        return ContractDocument(yaml.safe_load(CONTRACT.read_text(encoding="utf-8")))

    def resolved(self, node: dict[str, Any]) -> dict[str, Any]:
        """What a reference stands for; anything else is itself."""
        while "$ref" in node:
            target: Any = self.document
            for name in node["$ref"].removeprefix("#/").split("/"):
                target = target[name]
            node = target
        return node

    def operations(self) -> Iterator[Operation]:
        for path, item in self.document["paths"].items():
            shared = item.get("parameters", [])
            for method in METHODS:
                if method in item:
                    node = item[method]
                    parameters = [self.resolved(parameter) for parameter in shared + node.get("parameters", [])]
                    yield Operation(path, method.upper(), node["operationId"], node, tuple(parameters))

    def methods(self, path: str) -> set[str]:
        """Those that the path answers: HEAD goes with GET."""
        listed = {method.upper() for method in METHODS if method in self.document["paths"][path]}
        return listed | ({"HEAD"} if "GET" in listed else set())

    def responses(self, operation: Operation) -> Iterator[tuple[str, dict[str, Any]]]:
        for status, response in operation.node["responses"].items():
            yield status, self.resolved(response)

    def request_content(self, operation: Operation) -> dict[str, Any] | None:
        """Schema and examples of the body, None where there is none."""
        if "requestBody" not in operation.node:
            return None
        (content,) = self.resolved(operation.node["requestBody"])["content"].values()
        return content

    def examples(self, content: dict[str, Any]) -> dict[str, Any]:
        return {name: self.resolved(example)["value"] for name, example in content["examples"].items()}

    def codes(self, operation: Operation) -> Iterator[tuple[str, int]]:
        """Every code that the operation can give, with its status."""
        for status, response in self.responses(operation):
            problem = response.get("content", {}).get("application/problem+json")
            for code in problem["schema"]["properties"]["code"]["enum"] if problem else ():
                yield code, int(status)

    def faults(self, schema: dict[str, Any], value: object) -> list[str]:
        """What is wrong with a value, formats included."""
        rooted = schema | {"components": self.document["components"]}  # where its references lead
        validator = Draft202012Validator(rooted, format_checker=FormatChecker())
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]
