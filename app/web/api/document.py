"""The description of the API (OpenAPI 3.1), made from the operations alone."""

import json
import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.web.api.operations import Door, Operation, Query
from app.web.api.problems import PROBLEM_TYPE, TITLES, Problem

VERSION = "1.0.0"
BASE = "/api/v1"
_REF = "#/components/schemas/{model}"
_ARGUMENT = re.compile(r"<(?:(int):)?([a-z_]+)>")


def document(operations: Sequence[Operation]) -> dict[str, Any]:
    """Return the whole description."""
    schemas = _schemas(operations)
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        path = _ARGUMENT.sub(r"{\2}", one.path)
        paths.setdefault(path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Linsheng",
            "version": VERSION,
            "description": "What other systems read and write; see docs/api.md.",
        },
        "servers": [{"url": BASE}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A key an administrator made.",
                }
            },
        },
    }


def as_text(operations: Sequence[Operation]) -> str:
    """Return the description as it is committed."""
    return json.dumps(document(operations), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _schemas(operations: Sequence[Operation]) -> dict[str, Any]:
    answers: set[type[BaseModel]] = {one.answer for one in operations} | {Problem}
    bodies = {one.body for one in operations if one.body is not None}
    named = sorted(answers, key=lambda one: one.__name__)
    taken = sorted(bodies, key=lambda one: one.__name__)
    _, made = models_json_schema(
        [*((one, "serialization") for one in named), *((one, "validation") for one in taken)],
        ref_template=_REF,
    )
    found: dict[str, Any] = made["$defs"]
    return found


def _operation(one: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "parameters": _parameters(one),
        "responses": _responses(one),
    }
    if one.needs is Door.EVERYBODY:
        found["security"] = []
    elif one.needs is not Door.ANY_KEY:
        found["x-scope"] = str(one.needs)
    if one.body is not None:
        found["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _ref(one.body)}},
        }
    return found


def _parameters(one: Operation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": _path_schema(kind)}
        for kind, name in _ARGUMENT.findall(one.path)
    ]
    found += _query_parameters(one.query)
    if one.body is not None:
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": True,
                "description": "The same key with the same body gets the same answer again.",
                "schema": {"type": "string", "pattern": "^[!-~]{1,64}$"},
            }
        )
    return found


def _path_schema(kind: str) -> dict[str, Any]:
    if kind == "int":
        return {"type": "integer", "minimum": 0, "maximum": 2**31 - 1}
    return {"type": "string", "pattern": "^[A-Za-z0-9-]{1,16}$"}


def _query_parameters(query: type[Query]) -> list[dict[str, Any]]:
    made = query.model_json_schema(ref_template=_REF)
    shared = made.get("$defs", {})
    found = []
    for name, schema in made.get("properties", {}).items():
        plain = _given(schema, shared)
        description = plain.pop("description", "")
        plain.pop("title", None)
        plain.pop("default", None)
        found.append({"name": name, "in": "query", "description": description, "schema": plain})
    return found


def _given(schema: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a parameter that is there: one that is absent has no value."""
    found = dict(schema)
    options = found.pop("anyOf", None)
    if options is not None:
        (wanted,) = [one for one in options if one.get("type") != "null"]
        found |= wanted
    if (reference := found.pop("$ref", None)) is not None:
        target = shared[reference.rpartition("/")[2]]
        found |= {key: target[key] for key in ("type", "enum") if key in target}
    return found


def _responses(one: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {
        str(one.status): {
            "description": "Done.",
            "content": {"application/json": {"schema": _ref(one.answer)}},
        }
    }
    if one.method == "GET":
        found["304"] = {"description": "What the caller has (`If-None-Match`) still holds."}
    for status in one.statuses:
        found[str(status)] = {
            "description": TITLES[status],
            "content": {PROBLEM_TYPE: {"schema": _ref(Problem)}},
        }
    return found


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=model.__name__)}
