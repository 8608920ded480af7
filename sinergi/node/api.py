"""The JSON interface as a whole: the description that programs read, and the logs this node holds."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import msgspec

from sinergi.ledger.models import Agency, Log
from sinergi.node.features import FEATURES
from sinergi.web.api import Call, Route

_NAMED = re.compile(r"<(?:\w+:)?(\w+)>")
_SCHEMAS = "#/components/schemas/{name}"


class LogShown(msgspec.Struct, frozen=True, kw_only=True):
    """One log this node holds: how many entries, and the root of the tree over them (RFC 6962, hex)."""

    agreement: str
    agency: str
    size: int
    root: str


class IdentityShown(msgspec.Struct, frozen=True, kw_only=True):
    """An agency this node knows, and how far its identity log is held here."""

    agency: str
    code: str
    name: str
    size: int
    root: str


class LogList(msgspec.Struct, frozen=True, kw_only=True):
    """Logs of the agreements that the person's duties reach, ours and our partners'. Internal logs are not told."""

    logs: list[LogShown]
    identities: list[IdentityShown]


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """An RFC 9457 problem document: `detail` is a sentence a person can act on, `field` the part of the body."""

    type: str
    title: str
    status: int
    detail: str
    instance: str = ""
    code: str = ""
    field: str = ""


def log_list(call: Call) -> LogList:
    """Which logs this node holds, how long they are and what their roots are."""
    rows = call.visible(Log.objects.exclude(agreement=""), region=None).order_by("agreement", "agency", "role")
    identities = {log.agency: log for log in Log.objects.filter(role="identity")}
    return LogList(
        logs=[
            LogShown(agreement=log.agreement, agency=log.agency, size=log.size, root=bytes(log.root).hex())
            for log in rows
        ],
        identities=[
            IdentityShown(
                agency=agency.id,
                code=agency.code,
                name=agency.name,
                size=identities[agency.id].size,
                root=bytes(identities[agency.id].root).hex(),
            )
            for agency in Agency.objects.order_by("id")
            if agency.id in identities
        ],
    )


def description(call: Call) -> dict[str, Any]:
    """This document."""
    return openapi(routes())


def routes() -> list[Route]:
    """Every declared route of the node, features in their order."""
    modules = [f"{feature}.api" for feature in FEATURES]
    declared = [route for name in modules if find_spec(name) for route in import_module(name).ROUTES]
    return [*declared, *ROUTES]


def openapi(declared: list[Route]) -> dict[str, Any]:
    """The OpenAPI 3.1 document of these routes."""
    shapes = {shape for route in declared for shape in (route.answer, route.body) if _is_struct(shape)}
    ordered = sorted(shapes, key=lambda shape: str(getattr(shape, "__name__", "")))
    _, components = msgspec.json.schema_components([*ordered, Problem], ref_template=_SCHEMAS)
    paths: dict[str, dict[str, Any]] = {}
    for route in declared:
        address = "/" + _NAMED.sub(r"{\1}", route.path)
        paths.setdefault(address, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sinergi", "version": version("sinergi"), "license": {"name": "Apache-2.0"}},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    done = "200" if route.body is None else "201"
    answer = {"$ref": _ref(route.answer)} if _is_struct(route.answer) else {"type": "object"}
    told: dict[str, Any] = {
        "operationId": f"{route.name}-{route.method.lower()}",
        "summary": route.summary,
        "parameters": [*_named(route), *_queried(route)],
        "responses": {
            done: {"description": "Done", "content": {"application/json": {"schema": answer}}},
            "default": {
                "description": "Refused",
                "content": {"application/problem+json": {"schema": {"$ref": _ref(Problem)}}},
            },
        },
        "security": [] if route.permission == "public" else [{"token": []}],
        "x-permission": route.permission,
    }
    if route.body is not None:
        told["parameters"].append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "The event id (UUID) unless the body carries it; the same again gives the same receipt.",
                "schema": {"type": "string", "format": "uuid"},
            }
        )
        schema = {"$ref": _ref(route.body)}
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return told


def _named(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _NAMED.findall(route.path)
    ]


def _queried(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    _, components = msgspec.json.schema_components([route.query], ref_template=_SCHEMAS)
    properties = components[route.query.__name__]["properties"]
    return [{"name": name, "in": "query", "required": False, "schema": schema} for name, schema in properties.items()]


def _is_struct(shape: Any) -> bool:
    return isinstance(shape, type) and issubclass(shape, msgspec.Struct)


def _ref(shape: Any) -> str:
    return _SCHEMAS.format(name=shape.__name__)


ROUTES = (
    Route(
        method="GET",
        path="api/logs",
        name="api-logs",
        permission="logs.read",
        view=log_list,
        answer=LogList,
        summary="Which logs this node holds, how long they are and what their roots are.",
    ),
    # The description names no agency, no person and no fact; a program reads it before it has a token.
    Route(
        method="GET",
        path="api/openapi.json",
        name="api-description",
        permission="public",
        view=description,
        answer=dict,
        summary="This document.",
    ),
)
