"""The page that describes the API: the operations that OpenAPI has, each with a command that asks for it."""

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from aggregator.web.guard import peer
from aggregator.web.pages.templated import page
from aggregator.web.root_path import root_of

router = APIRouter()
_EXAMPLES: dict[str, object] = {
    "q": "ferry", "query": "ferry", "url": "https://example.org/", "name": "ferries", "read": True, "title": "Example",
    "ids": [1, 2], "category": "World", "kind": "search", "form": "rss",
}  # fmt: skip
_CHOSEN = ("q", "url", "query", "title", "category", "read", "ids")
"""What an example gives, beside what must be given."""


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter of an operation or a member of its body. `place`: path, query or body."""

    name: str
    place: str
    type: str
    is_required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of the API. `answer`: the form of what it answers; `curl`: a command that asks for it."""

    id: str
    method: str
    path: str
    description: str
    fields: tuple[Field, ...]
    answer: str
    curl: str


@router.get("/docs")
def docs(request: Request) -> Response:
    """Describes the API."""
    spec = request.app.openapi()
    groups: dict[str, list[Operation]] = {}
    for tag, one in operations(spec, peer(request).origin + root_of(request.scope)):
        groups.setdefault(tag, []).append(one)
    groups["operations"] = groups.pop("operations")  # what programs ask every minute comes last
    return page(request, "docs.html", groups=groups)


def operations(spec: dict[str, Any], base: str) -> Iterator[tuple[str, Operation]]:
    """Yields the operations of an OpenAPI document, each with the tag under which it stands; `base`: where they are."""
    schemas = spec["components"]["schemas"]
    for path, by_method in spec["paths"].items():
        for method, said in by_method.items():
            fields = (*_parameters(said, schemas), *_members(said, schemas))
            description = said.get("description", "").replace("\n", " ")
            curl = _curl(base, method.upper(), path, fields)
            yield (
                said["tags"][0],
                Operation(said["operationId"], method.upper(), path, description, fields, _answer(said), curl),
            )


def _parameters(said: dict[str, Any], schemas: dict[str, Any]) -> Iterator[Field]:
    for one in said.get("parameters", ()):
        written = _type(one["schema"], schemas)
        yield Field(one["name"], one["in"], written, one.get("required", False), one.get("description", ""))


def _members(said: dict[str, Any], schemas: dict[str, Any]) -> Iterator[Field]:
    for form in said.get("requestBody", {}).get("content", {}).values():
        body = _resolved(form["schema"], schemas)
        for name, one in body.get("properties", {}).items():
            is_required = name in body.get("required", ())
            yield Field(name, "body", _type(one, schemas), is_required, one.get("description", ""))


def _resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return found


def _type(schema: dict[str, Any], schemas: dict[str, Any]) -> str:
    """Writes what a value may be: `integer`, `rss, atom or json`."""
    schema = _resolved(schema, schemas)
    if some := [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]:
        return " or ".join(_type(one, schemas) for one in some)
    if "enum" in schema:
        *others, last = schema["enum"]
        return f"{', '.join(others)} or {last}" if others else str(last)
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'], schemas)}"
    return str(schema.get("type", "any"))


def _answer(said: dict[str, Any]) -> str:
    """Writes what is answered where nothing is wrong: its status and its forms."""
    status = min(said["responses"])
    forms = [form for form in said["responses"][status].get("content", {}) if form]
    return f"{status} {', '.join(forms)}".strip()


def _curl(base: str, method: str, path: str, fields: tuple[Field, ...]) -> str:
    given = {
        one.name: _EXAMPLES.get(one.name, 1 if one.type == "integer" else one.type.partition(",")[0])
        for one in fields
        if one.is_required or one.name in _CHOSEN
    }
    places = {one.name: one.place for one in fields}
    for name, value in given.items():
        path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
    asked = urlencode({name: value for name, value in given.items() if places[name] == "query"})
    body = {name: value for name, value in given.items() if places[name] == "body"}
    if "q" in body:  # either these articles or those that match
        body.pop("ids", None)
    command = ["curl"] if method == "GET" else ["curl", "-X", method]
    sent = ["-H", "Content-Type: application/json", "-d", json.dumps(body)] if body else []
    url = base + path + (f"?{asked}" if asked else "")
    return f'{shlex.join(command)} -H "Authorization: Bearer $TOKEN" {shlex.join([*sent, url])}'
