"""The description of the API, as OpenAPI 3.1: written from the operations themselves, so that it cannot drift."""

import re
from importlib.metadata import version
from typing import Any, Final

from flask import Blueprint, Response, current_app, jsonify
from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema

from service.api.area import KEY_HEADER, PREFIX, SAFE_METHODS, Area, Model, Operation
from service.login import open_to_all

blueprint = Blueprint("api_description", __name__, url_prefix=PREFIX)

_REFERENCE: Final = "#/components/schemas/{model}"
_PLACEHOLDER: Final = re.compile(r"<(?:(\w+):)?(\w+)>")


class Problem(Model):
    """A refusal, as problem details of RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    next_step: str = Field(description="What the person can do now.")
    code: str = Field(description="Stable name of the refusal.")
    facts: dict[str, Any]
    request_id: str | None


@blueprint.get("/openapi.json")
@open_to_all
def description() -> Response:
    """Answer with the description of every call."""
    areas = [area for area in current_app.blueprints.values() if isinstance(area, Area)]
    return jsonify(describe(areas))


def describe(areas: list[Area]) -> dict[str, Any]:
    """Return the OpenAPI document of the given areas."""
    told = [(area, name, operation) for area in areas for name, operation in area.operations]
    models: set[type[BaseModel]] = {Problem}
    for _, _, operation in told:
        models |= {model for model in (operation.body, operation.answer) if model is not None}
    ordered = sorted(models, key=lambda model: model.__name__)
    references, schemas = models_json_schema(
        [(model, mode) for model in ordered for mode in ("validation", "serialization")],
        ref_template=_REFERENCE,
    )
    paths: dict[str, dict[str, Any]] = {}
    for area, name, operation in told:
        path = PREFIX + _PLACEHOLDER.sub(r"{\2}", operation.path)
        paths.setdefault(path, {})[operation.method.lower()] = _operation(area, name, operation, references)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Foliotrace", "version": version("foliotrace")},
        "paths": paths,
        "components": {
            "schemas": schemas.get("$defs", {}),
            "securitySchemes": {"session": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"session": []}],
    }


def _operation(area: Area, name: str, operation: Operation, references: dict[Any, Any]) -> dict[str, Any]:
    success: dict[str, Any] = {"description": "Success"}
    if operation.answer is not None:
        success["content"] = {operation.media_type: {"schema": references[operation.answer, "serialization"]}}
    elif operation.media_type != "application/json":
        success["content"] = {operation.media_type: {"schema": {"type": "string", "format": "binary"}}}
    told: dict[str, Any] = {
        "operationId": f"{area.tag}_{name}",
        "summary": operation.summary,
        "tags": [area.tag],
        "parameters": _parameters(operation),
        "responses": {
            str(operation.status if operation.answer else _status_without_model(operation)): success,
            "default": {
                "description": "Refused",
                "content": {"application/problem+json": {"schema": references[Problem, "serialization"]}},
            },
        },
    }
    if operation.body is not None:
        told["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": references[operation.body, "validation"]}},
        }
    if operation.is_open:
        told["security"] = []
    if operation.action is not None:
        told["x-action"] = str(operation.action)
    return told


def _status_without_model(operation: Operation) -> int:
    return 204 if operation.media_type == "application/json" and operation.status == 200 else operation.status  # noqa: PLR2004


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for converter, name in _PLACEHOLDER.findall(operation.path):
        kind = "integer" if converter == "int" else "string"
        found.append({"name": name, "in": "path", "required": True, "schema": {"type": kind}})
    if operation.query is not None:
        schema = operation.query.model_json_schema()
        needed = set(schema.get("required", ()))
        for name, shape in schema.get("properties", {}).items():
            found.append({"name": name, "in": "query", "required": name in needed, "schema": shape})
    if operation.method not in SAFE_METHODS and not operation.is_open:
        found.append(
            {
                "name": KEY_HEADER,
                "in": "header",
                "required": False,
                "schema": {"type": "string", "maxLength": 128},
            }
        )
    return found
