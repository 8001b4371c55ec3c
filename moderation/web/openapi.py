"""The OpenAPI 3.1 document, made from the endpoints themselves."""

import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, TypeAdapter

from . import shapes
from .endpoint import Endpoint

_REF = "#/components/schemas/{model}"
_NAMES = {400: "Not a request", 401: "Unauthenticated", 403: "Forbidden", 404: "Missing", 409: "Conflict"}
_NAMES |= {
    428: "A proof of work is asked for",
    413: "Too large",
    422: "Invalid",
    429: "Too many",
    503: "Away",
}


def document(endpoints: Sequence[Endpoint], version: str) -> dict[str, Any]:
    """Build the document."""
    schemas: dict[str, Any] = {}
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        operations = paths.setdefault(f"/api/v1{endpoint.path}", {})
        operations[endpoint.method.lower()] = _operation(endpoint, schemas)
    _schema(shapes.Problem, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Firstword",
            "version": version,
            "description": "A comment section that moderates itself with its moderators' judgement.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(endpoint: Endpoint, schemas: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", f"{endpoint.method.lower()}{endpoint.path}").strip("_"),
        "summary": endpoint.summary,
        "parameters": _parameters(endpoint, schemas),
        "responses": _responses(endpoint, schemas),
    }
    if endpoint.who == "reader":
        operation["security"] = [{"token": []}]
    elif endpoint.who != "anyone":
        operation["security"] = [{"token": []}]
        operation["description"] = f"Role: {endpoint.who}."
    if endpoint.body:
        content = {"application/json": {"schema": _schema(endpoint.body, schemas)}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _parameters(endpoint: Endpoint, schemas: dict[str, Any]) -> list[dict[str, Any]]:
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in re.findall(r"{(\w+)}", endpoint.path)
    ]
    if endpoint.query:
        schema = _plain(endpoint.query, schemas)
        for name, each in schema["properties"].items():
            is_required = name in schema.get("required", ())
            parameters.append({"name": name, "in": "query", "required": is_required, "schema": each})
    return parameters


def _responses(endpoint: Endpoint, schemas: dict[str, Any]) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, shape in endpoint.answers.items():
        responses[str(status)] = {"description": endpoint.summary}
        if shape is not None:
            schema = {"type": "string"} if shape is str else _schema(shape, schemas)
            responses[str(status)]["content"] = {endpoint.media_type: {"schema": schema}}
    problem = {"application/problem+json": {"schema": {"$ref": _REF.format(model="Problem")}}}
    for status in _refusals(endpoint):
        responses[str(status)] = {"description": _NAMES[status], "content": problem}
    return responses


def _refusals(endpoint: Endpoint) -> list[int]:
    found = {*endpoint.refusals, 503, 401}
    if endpoint.who not in {"anyone", "reader"}:
        found.add(403)
    if endpoint.query or endpoint.body or "{" in endpoint.path:
        found |= {404, 422}
    if endpoint.body:
        found.add(413)
    return sorted(found)


def _schema(shape: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    """Return a reference to a shape's schema, which is added to the components."""
    schema = TypeAdapter(shape).json_schema(ref_template=_REF, mode="serialization")
    schemas |= schema.pop("$defs", {})
    if "$ref" in schema:
        return schema
    schemas[shape.__name__] = schema
    return {"$ref": _REF.format(model=shape.__name__)}


def _plain(model: type[BaseModel], schemas: dict[str, Any]) -> dict[str, Any]:
    schema = model.model_json_schema(ref_template=_REF)
    schemas |= schema.pop("$defs", {})
    return schema
