"""Which changes of the public API break a client that was written for an earlier OpenAPI document.

Allowed are new routes, new optional request fields, new response fields, and wider limits of what a request may say.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Schema = Mapping[str, Any]
Side = Literal["request", "response"]

METHODS = ("get", "put", "post", "delete", "patch")
LOWEST = ("minimum", "exclusiveMinimum", "minLength", "minItems")
HIGHEST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")


def breaks(old: Schema, new: Schema) -> Iterator[str]:
    """One line for each change that breaks a client of the old document."""
    for path, routes in old["paths"].items():
        for method in filter(routes.__contains__, METHODS):
            where = f"{method.upper()} {path}"
            now = new["paths"].get(path, {}).get(method)
            if now is None:
                yield f"{where}: is gone"
            else:
                yield from _route(where, routes[method], now, _Pair(old, new))


@dataclass(frozen=True)
class _Pair:
    """Two documents, in which references are looked up."""

    old: Schema
    new: Schema

    def schemas(self, old: Schema, new: Schema) -> tuple[Schema, Schema]:
        return _resolved(old, self.old), _resolved(new, self.new)


def _route(where: str, old: Schema, new: Schema, pair: _Pair) -> Iterator[str]:
    yield from _parameters(where, old, new, pair)
    body = _content(new.get("requestBody", {}))
    if old.get("requestBody") is None and new.get("requestBody", {}).get("required"):
        yield f"{where}: needs a body now"
    for kind, schema in _content(old.get("requestBody", {})).items():
        if kind not in body:
            yield f"{where}: no longer takes {kind}"
        else:
            yield from _schema(f"{where}: body", schema, body[kind], "request", pair)
    for status, answer in old["responses"].items():
        yield from _answer(f"{where}: {status}", status, answer, new["responses"].get(status), pair)


def _parameters(where: str, old: Schema, new: Schema, pair: _Pair) -> Iterator[str]:
    before = {(each["in"], each["name"]): each for each in old.get("parameters", ())}
    now = {(each["in"], each["name"]): each for each in new.get("parameters", ())}
    yield from (f"{where}: parameter {name} is gone" for place, name in before if (place, name) not in now)
    for key, parameter in now.items():
        if key not in before:
            if parameter.get("required"):
                yield f"{where}: needs parameter {key[1]} now"
            continue
        if parameter.get("required") and not before[key].get("required"):
            yield f"{where}: needs parameter {key[1]} now"
        yield from _schema(f"{where}: parameter {key[1]}", before[key]["schema"], parameter["schema"], "request", pair)


def _answer(where: str, status: str, old: Schema, new: Schema | None, pair: _Pair) -> Iterator[str]:
    if new is None:
        if status.startswith("2"):
            yield f"{where}: is gone"
        return
    now = _content(new)
    for kind, schema in _content(old).items():
        if kind not in now:
            yield f"{where}: is no longer {kind}"
        else:
            yield from _schema(where, schema, now[kind], "response", pair)


def _schema(where: str, old: Schema, new: Schema, side: Side, pair: _Pair) -> Iterator[str]:
    """What no longer fits: a request that was accepted, or an answer that a client could read."""
    before, now = (_alternatives(schema, document) for schema, document in ((old, pair.old), (new, pair.new)))
    if not before or not now:  # anything goes
        if (before and side == "response") or (now and side == "request"):
            yield f"{where}: the type changed"
        return
    lost, added = before.keys() - now.keys(), now.keys() - before.keys()
    yield from (f"{where}: may no longer be {name}" for name in sorted(lost if side == "request" else ()))
    yield from (f"{where}: may now be {name}" for name in sorted(added if side == "response" else ()))
    for name in sorted(before.keys() & now.keys()):
        yield from _same_type(where, before[name], now[name], side, pair)


def _same_type(where: str, old: Schema, new: Schema, side: Side, pair: _Pair) -> Iterator[str]:
    if side == "request":
        yield from _narrowed(where, old, new)
    before, now = old.get("properties", {}), new.get("properties", {})
    for name in before:
        if name not in now:
            yield f"{where}.{name}: is gone"
        else:
            yield from _schema(f"{where}.{name}", before[name], now[name], side, pair)
    needed, promised = set(new.get("required", ())), set(old.get("required", ()))
    if side == "request":
        yield from (f"{where}.{name}: is required now" for name in sorted(needed - promised))
    else:
        yield from (f"{where}.{name}: may now be absent" for name in sorted(promised - needed) if name in now)
    if "items" in old and "items" in new:
        yield from _schema(f"{where}[]", old["items"], new["items"], side, pair)


def _narrowed(where: str, old: Schema, new: Schema) -> Iterator[str]:
    """Limits of a request that became tighter."""
    allowed, now_allowed = _enum(old), _enum(new)
    if now_allowed is not None and (allowed is None or allowed - now_allowed):
        yield f"{where}: no longer every value of before: {sorted((allowed or set()) - now_allowed)}"
    for limit in LOWEST:
        if new.get(limit, float("-inf")) > old.get(limit, float("-inf")):
            yield f"{where}: {limit} is {new[limit]} now"
    for limit in HIGHEST:
        if new.get(limit, float("inf")) < old.get(limit, float("inf")):
            yield f"{where}: {limit} is {new[limit]} now"
    if new.get("pattern") not in (None, old.get("pattern")):
        yield f"{where}: must match {new['pattern']} now"
    if (
        new.get("additionalProperties") is False
        and old.get("additionalProperties") is not False
        and "properties" in old
    ):
        yield f"{where}: takes no other fields now"


def _enum(schema: Schema) -> set[str] | None:
    values = schema.get("enum", [schema["const"]] if "const" in schema else None)
    return None if values is None else {json.dumps(value) for value in values}


def _alternatives(schema: Schema, document: Schema) -> dict[str, Schema]:
    """The schema by JSON type; empty if it allows everything."""
    schema = _resolved(schema, document)
    either = schema.get("anyOf") or schema.get("oneOf")
    if either:
        return {name: each for part in either for name, each in _alternatives(part, document).items()}
    types = schema.get("type")
    if types is None and "properties" in schema:
        types = "object"
    return dict.fromkeys([types] if isinstance(types, str) else types or (), schema)


def _resolved(schema: Schema, document: Schema) -> Schema:
    while "$ref" in schema:
        found: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def _content(holder: Schema) -> dict[str, Schema]:
    return {kind: content.get("schema", {}) for kind, content in holder.get("content", {}).items()}
