"""An OpenAPI document as people read it: what calls take and what they answer. Pure."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

METHODS = ("get", "post")
Document = dict[str, Any]


@dataclass(frozen=True)
class Named:
    """A parameter of a call, or a field of a body or an answer; `depth` indents fields."""

    name: str
    kind: str
    about: str
    required: bool = False
    depth: int = 0


@dataclass(frozen=True)
class Told:
    """One answer of a call by its HTTP status."""

    status: str
    about: str
    fields: list[Named]
    example: str


@dataclass(frozen=True)
class Call:
    """One address with one method."""

    key: str
    method: str
    path: str
    title: str
    about: list[str]  # paragraphs
    parameters: list[Named]
    body: list[Named]
    body_example: str
    answers: list[Told]


def calls_of(document: Document) -> list[Call]:
    """Every call in the order of the document."""
    return [
        _call(document, path, method, told)
        for path, methods in document["paths"].items()
        for method, told in methods.items()
        if method in METHODS
    ]


def _call(document: Document, path: str, method: str, told: Document) -> Call:
    body = _content(told.get("requestBody", {}))
    return Call(
        key=told["operationId"],
        method=method.upper(),
        path=path,
        title=str(told.get("summary") or told["operationId"]),
        about=told.get("description", "").split("\n\n"),
        parameters=[_parameter(each) for each in told.get("parameters", [])],
        body=list(_fields(document, body.get("schema", {}))),
        body_example=_example(body),
        answers=[_answer(document, *each) for each in sorted(told["responses"].items())],
    )


def _answer(document: Document, status: str, told: Document) -> Told:
    content = _content(told)
    fields = list(_fields(document, content.get("schema", {})))
    return Told(status, told.get("description", ""), fields, _example(content))


def _content(told: Document) -> Document:
    """What a body or an answer holds, by the first media type, JSON everywhere."""
    content: Document = next(iter(told.get("content", {}).values()), {})
    return content


def _example(content: Document) -> str:
    example = next(iter(content.get("examples", {}).values()), None)
    return json.dumps(example["value"], indent=2, ensure_ascii=False) if example else ""


def _parameter(told: Document) -> Named:
    about, kind = told.get("description", ""), _kind(told.get("schema", {}))
    return Named(told["name"], f"{kind}, {told['in']}", about, told.get("required", False))


def _fields(document: Document, schema: Document, depth: int = 0) -> Iterator[Named]:
    """The fields of an object, those of objects inside it below them."""
    whole = _resolved(document, schema)
    required = whole.get("required", [])
    for name, inner in whole.get("properties", {}).items():
        found = _resolved(document, inner)
        about = inner.get("description") or found.get("description", "")
        yield Named(name, _kind(found), about, name in required, depth)
        yield from _fields(document, found, depth + 1)


def _resolved(document: Document, schema: Document) -> Document:
    """The schema of what is meant: references followed, lists and tables opened."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _resolved(document, document["components"]["schemas"][name])
    for key in ("allOf", "oneOf", "anyOf"):
        if key in schema:
            return _resolved(document, schema[key][0])
    inner = schema.get("items") or schema.get("additionalProperties")
    if isinstance(inner, dict) and inner:
        return {**_resolved(document, inner), "kind": _kind(schema)}
    return schema


def _kind(schema: Document) -> str:
    """The word for what a field holds."""
    if "kind" in schema:
        return str(schema["kind"])
    kind = schema.get("type", "any")
    words = [each for each in kind if each != "null"] if isinstance(kind, list) else [kind]
    named = {"array": "list", "object": "object", "string": "text", "integer": "number"}
    if schema.get("format") == "date-time":
        return "time"
    return " or ".join(named.get(word, word) for word in words)
