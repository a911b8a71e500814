"""What pages for callers show, read from their text: calls with their bodies and answers, routes with their scopes.

"..." stands for what is left out, and a member without a value (`{"code", "station"}`) for any value.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from forecourt.faces.api.document import document

CUT = "…"
_CALL = re.compile(
    r"(?:curl (?:-sS? )?(?:-X (?P<method>POST) )?\"?(?:http://127\.0\.0\.1:800[01]/api/v1)|\b(?:ask|give) '?)"
    r"(?P<path>/[^\s'\"`]+)['\"]?"
    r"(?P<options>(?: \\?\s*(?:-[HX] (?:\"[^\"]*\"|'[^']*'|[A-Z]+)))*)"
    r"(?: -d '\s*(?P<body>[{\[][^']*)')?"
)
_ANSWER = re.compile(r"`?\s*(?:#\s*|answers\s+`)?(?=[{\[])")
_SPAN = re.compile(r"`([^`]+)`")
_NO_ROUTES = {"/api/v1", "/api/v1/docs", "/api/v1/openapi.json"}
_ROUTE = re.compile(r"(?:(GET|POST|PUT|PATCH|DELETE) )?((?:\.\.\.)?/[^ ?]*)\S*$")


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request that a page shows, as METHOD and path; `body` and `answer` are None where it shows none."""

    method: str
    path: str
    body: Any = None
    answer: Any = None
    scopes: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def shown(text: str) -> Any:
    """JSON with things left out, as it begins this text. Raises ValueError where it is none."""
    text = re.sub(r'(\{|, )"(\w+)"(?=, "|\})', rf'\1"\2": "{CUT}"', text)
    text = re.sub(r"\.\.\.(?=\})", f'"{CUT}": "{CUT}"', text)
    text = re.sub(r"(?<=[\[ ])\.\.\.(?=\])", f'"{CUT}"', text)
    return json.JSONDecoder().raw_decode(text)[0]


def calls(text: str) -> Iterator[Call]:
    """The commands of a page, `curl` or `ask`, each with the answer that stands right after it."""
    text = text.replace("'$NOW'", "2026-01-02T08:30:00Z")
    for found in _CALL.finditer(text):
        after = _ANSWER.match(text, found.end())
        given = re.search(r"-X (\w+)", found["options"])
        yield Call(
            method=found["method"] or (given[1] if given else "POST" if found["body"] else "GET"),
            path=found["path"].partition("?")[0],
            body=shown(found["body"]) if found["body"] else None,
            answer=shown(text[after.end() :]) if after else None,
        )


def routes(text: str) -> Iterator[Call]:
    """The routes that sentences and tables name, with their bodies; `/refuse` goes with the route before it.

    In a table with a column of scopes those of its first column bear them.
    """
    last = Call(method="GET", path="/")
    is_scoped = False
    for unit in re.split(r"\n\n|\n(?=\|)", text):
        if unit.startswith(("    ", "```")):
            continue
        is_scoped = unit.startswith("|") and (is_scoped or "| with the scope |" in unit)
        cells = unit.split(" | ") if is_scoped else [unit]
        scopes = frozenset(re.findall(r"`([a-z]+:[a-z]+)`", cells[1])) if is_scoped and len(cells) > 1 else frozenset()
        for number, cell in enumerate(cells):
            for call in _routes_of(cell, last):
                last = call
                yield Call(method=call.method, path=call.path, body=call.body, scopes=frozenset() if number else scopes)


def _routes_of(text: str, last: Call) -> Iterator[Call]:
    spans = list(_SPAN.finditer(text))
    for place, span in enumerate(spans):
        if span[1].startswith("ask "):
            last = next(calls(span[1]))
        found = _ROUTE.fullmatch(span[1])
        if found is None or found[2] in _NO_ROUTES:
            continue
        follows = spans[place + 1] if place + 1 < len(spans) else None
        is_body = follows and follows[1].startswith("{") and not text[span.end() : follows.start()].strip()
        body = shown(follows[1]) if follows and is_body else None
        path = found[2].removeprefix("...")
        is_whole = path.startswith("/api/v1/") or (found[1] and path == found[2])
        last = Call(method=found[1] or "GET", path=path) if is_whole else _beside(last, found[1], path)
        yield Call(method=last.method, path=last.path, body=body)


def _beside(last: Call, method: str | None, path: str) -> Call:
    """The route that `/refuse` means after `/offers/{code}/approve`, or after `/offers/{code}`."""
    parts = last.path.split("/")
    for kept in range(len(parts), 0, -1):
        whole = "/".join(parts[:kept]) + path
        for way in [method] if method else [last.method, "POST", "GET"]:
            if _known(way, whole).endswith(path):
                return Call(method=way, path=whole)
    return Call(method=method or "GET", path=path)


def operation(method: str, path: str) -> dict[str, Any] | None:
    """What the document says of a route, whose places may be filled or named."""
    known = _known(method, path)
    return document()["paths"][known][method.lower()] if known else None


def _known(method: str, path: str) -> str:
    wanted = f"/api/v1{path.removeprefix('/api/v1')}".rstrip("/.").split("/")
    for known, item in document()["paths"].items():
        parts = known.split("/")
        if method.lower() in item and len(parts) == len(wanted):
            pairs = zip(parts, wanted, strict=True)
            if all(one == other or (one.startswith("{") and other) for one, other in pairs):
                return str(known)
    return ""


def schema_of_body(found: dict[str, Any]) -> dict[str, Any]:
    return dict(found["requestBody"]["content"]["application/json"]["schema"])


def schema_of_answer(found: dict[str, Any]) -> dict[str, Any]:
    good = next(answer for status, answer in sorted(found["responses"].items()) if status < "300")
    return dict(good["content"]["application/json"]["schema"])


def is_cut(value: Any) -> bool:
    return CUT in json.dumps(value, ensure_ascii=False)


def misfits(value: Any, schema: dict[str, Any], at: str = "", *, required: bool = False) -> list[str]:
    """What of a value that may be shortened does not go with a schema; with `required` only what a body must have is missed."""
    if value == CUT:
        return []
    if "$ref" in schema:
        return misfits(
            value, document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]], at, required=required
        )
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            ways = [misfits(value, one, at, required=required) for one in schema[word]]
            return min(ways, key=lambda faults: (any(f"{at}: " in fault for fault in faults), len(faults)))
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
    if "type" in schema and not isinstance(value, kinds.get(schema["type"], object)):
        return [f"{at}: {value!r} is no {schema['type']}"]
    if isinstance(value, list):
        return [
            fault
            for number, item in enumerate(value)
            for fault in misfits(item, schema.get("items", {}), f"{at}[{number}]", required=required)
        ]
    if not isinstance(value, dict) or "properties" not in schema:
        return [] if value in schema.get("enum", [value]) else [f"{at}: {value!r} is none of {schema['enum']}"]
    members = schema["properties"]
    is_closed = not required or schema.get("additionalProperties") is False
    faults = [f"{at}.{name} is not there" for name in value.keys() - members.keys() - {CUT} if is_closed]
    if CUT not in value:
        wanted = schema.get("required", []) if required else members
        faults += [f"{at}.{name} is left out" for name in wanted if name not in value]
    for name in value.keys() & members.keys():
        faults += misfits(value[name], members[name], f"{at}.{name}", required=required)
    return faults
