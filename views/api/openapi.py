"""The description of the API (OpenAPI 3.1), put together from the operations and their shapes."""

import re
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from views.api import PREFIX, problems, reading
from views.api.operation import KEY, LONGEST_KEY, OPERATIONS, Operation
from views.api.shapes import ProblemShape

ALWAYS = ("unauthorized", "scope", "invalid", "too-many", "failed", "unavailable")
READS_BODY = ("malformed", "too-large", "media-type")
REPEATS = ("malformed", "in-flight", "key-reused")
_REF = "#/components/schemas/{model}"
_COUNTS = {
    "RateLimit": {"$ref": "#/components/headers/RateLimit"},
    "RateLimit-Policy": {"$ref": "#/components/headers/RateLimit-Policy"},
}
_TEXT = {"type": "string"}


def document(link_base: str, seller: str) -> dict[str, Any]:
    """The whole description."""
    schemas, definitions = _schemas()
    paths: dict[str, dict[str, Any]] = {}
    for told in OPERATIONS:
        paths.setdefault(told.address, {})[told.method.lower()] = _operation(told, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{seller}: orders",
            "version": "1",
            "description": "Place orders, keep the directory in step, learn outcomes.",
        },
        "servers": [{"url": f"{link_base}{PREFIX}"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": definitions,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "headers": {
                "RateLimit": {"schema": _TEXT, "description": "What the token has left."},
                "RateLimit-Policy": {"schema": _TEXT, "description": "What it may ask for."},
            },
        },
    }


def kinds_of(told: Operation) -> list[str]:
    """Every kind of problem that an operation answers, by status."""
    has_body = told.body is not None or told.lines is not None
    kinds = {*ALWAYS, *told.refuses, *(READS_BODY if has_body else ())}
    kinds |= set(REPEATS) if told.repeats else set()
    return sorted(kinds, key=lambda kind: (problems.KINDS[kind].status, kind))


def _shapes() -> list[type[BaseModel]]:
    found: dict[str, type[BaseModel]] = {ProblemShape.__name__: ProblemShape}
    for told in OPERATIONS:
        for shape in (told.path, told.query, told.body, told.lines, *told.answers.values()):
            if shape is not None:
                found.setdefault(shape.__name__, shape)
    return list(found.values())


def _schemas() -> tuple[dict[str, Any], dict[str, Any]]:
    """(name of a shape -> where its schema is, all schemas by name)."""
    shapes = _shapes()
    places, made = models_json_schema([(s, "validation") for s in shapes], ref_template=_REF)
    by_shape = {shape.__name__: place for (shape, _mode), place in places.items()}
    return by_shape, made["$defs"] | {
        shape.__name__: shape.model_json_schema(ref_template=_REF)
        for shape in shapes
        if shape.__name__ not in made["$defs"]
    }


def _operation(told: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {
        "operationId": told.name,
        "summary": told.summary,
        "description": f"Takes a token for {' or '.join(told.scopes)}.",
        "responses": _responses(told, schemas),
    }
    if parameters := _parameters(told):
        said["parameters"] = parameters
    if told.body:
        content = {reading.JSON: {"schema": schemas[told.body.__name__]}}
        said["requestBody"] = {"required": not told.body_optional, "content": content}
    if told.lines:
        # To a schema the body is no JSON document but lines of them, and so there is none.
        about = f"JSON lines, each a {told.lines.__name__} of the schemas below."
        content = {reading.JSON_LINES[0]: {}}
        said["requestBody"] = {"required": True, "description": about, "content": content}
    return said


def _parameters(told: Operation) -> list[dict[str, Any]]:
    found = []
    for place, shape in (("path", told.path), ("query", told.query)):
        schema = shape.model_json_schema(ref_template=_REF) if shape else {}
        for name, each in schema.get("properties", {}).items():
            # What may be missing is not null when it is there.
            plain = next((s for s in each.get("anyOf", ()) if s.get("type") != "null"), each)
            plain = {key: value for key, value in plain.items() if key != "default"}
            if "default" in each and each["default"] is not None:
                plain["default"] = each["default"]
            required = place == "path"
            found.append({"name": name, "in": place, "required": required, "schema": plain})
    if told.repeats:
        schema = {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"}
        about = "The same key and body are answered the same, for 30 days, and act but once."
        found.append({"name": KEY, "in": "header", "schema": schema, "description": about})
    return found


def _responses(told: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for status, shape in told.answers.items():
        answers[str(status)] = {"description": told.summary, "headers": dict(_COUNTS)}
        if told.lines:
            answers[str(status)]["content"] = {reading.JSON_LINES[0]: {}}
        elif shape:
            content = {reading.JSON: {"schema": schemas[shape.__name__]}}
            answers[str(status)]["content"] = content
        if told.query:
            answers[str(status)]["headers"]["Link"] = {"schema": _TEXT}
        if told.repeats:
            answers[str(status)]["headers"]["Location"] = {"schema": _TEXT}
    for kind in kinds_of(told):
        status, title = problems.KINDS[kind]
        same = answers.setdefault(
            str(status),
            {
                "description": "",
                "content": {problems.MEDIA_TYPE: {"schema": schemas[ProblemShape.__name__]}},
            },
        )
        same["description"] = " ".join(filter(None, [same["description"], str(title)]))
        if status in (429, 503):
            same["headers"] = {"Retry-After": {"schema": _TEXT}}
        if status == 401:
            same["headers"] = {"WWW-Authenticate": {"schema": _TEXT}}
    return answers


def anchor(told: Operation) -> str:
    """Where the page of documentation explains an operation."""
    return re.sub(r"[^a-z]+", "-", told.name.lower())
