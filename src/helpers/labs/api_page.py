"""Step 4: the OpenAPI description of the API as a page that needs no network and no script."""

import html
import json
from collections.abc import Iterator
from typing import Any

from helpers.labs.api_problems import PROBLEMS

__all__ = ["api_page"]

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
:root { color-scheme: light dark; }
table { border-collapse: collapse; width: 100%; }
td, th { border: 1px solid #8a8a8a; padding: 0.3rem 0.6rem; text-align: left; }
table { margin-bottom: 1rem; }
pre { white-space: pre-wrap; border-left: 4px solid #3b8fc4; padding: 0.5rem; }
"""


def api_page(schema: dict[str, Any], address: str = "http://127.0.0.1:8000") -> str:
    """Return the page for an OpenAPI description: each request, what it takes, what it answers, its errors.

    FastAPI's own page fetches its program from a server of others, and this course works without a network.

    >>> "<h1>Nothing</h1>" in api_page({"info": {"title": "Nothing"}, "paths": {}})
    True
    """
    parts = [
        f"<h1>{_text(schema['info']['title'])}</h1>",
        f"<p>{_text(schema['info'].get('description', ''))}",
    ]
    parts.append(" The same for programs: <a href='/openapi.json'>openapi.json</a>.</p>")
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            parts.append(f"<h2><code>{method.upper()} {_text(path)}</code></h2>")
            parts.append(f"<p>{_text(operation.get('description', ''))}</p>")
            parts.append(_table(("sends", "in", "must be"), _sent(operation, schema)))
            answers = operation["responses"].items()
            parts.append(_table(("answers", "when"), ((code, each["description"]) for code, each in answers)))
            parts.append(f"<pre>{_text(_curl(method.upper(), path, operation, schema, address))}</pre>")
    parts.append("<h2>Errors</h2><p>Each is a problem document (RFC 9457); its type leads here.</p>")
    rows = ((f"{kind.status}", name, kind.title) for name, kind in PROBLEMS.items())
    parts.append(_table(("status", "type", "means"), rows, anchors=True))
    head = f"<meta charset='utf-8'><title>{_text(schema['info']['title'])}</title><style>{_STYLE}</style>"
    view = "<meta name='viewport' content='width=device-width'>"
    return f"<!doctype html><html lang='en'><head>{head}{view}</head><body>{''.join(parts)}</body></html>"


def _sent(operation: dict[str, Any], schema: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    if operation.get("security"):
        yield "Authorization", "header", "Bearer and an access token"
    for each in operation.get("parameters", ()):
        optional = "" if each.get("required") else " (optional)"
        yield each["name"] + optional, each["in"], _limits(each["schema"], each.get("description", ""))
    body = _body(operation, schema)
    for name, field in body.get("properties", {}).items():
        optional = "" if name in body.get("required", ()) else " (optional)"
        yield name + optional, "body", _limits(field, field.get("description", ""))


def _body(operation: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    content = (
        operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    )
    found = (
        schema["components"]["schemas"].get(content.get("$ref", "").rpartition("/")[2], content)
        if content
        else {}
    )
    return dict(found)


def _limits(field: dict[str, Any], description: str) -> str:
    field = next((each for each in field.get("anyOf", ()) if each.get("type") != "null"), field) | {
        key: value for key, value in field.items() if key == "default"
    }
    unit = " characters" if field.get("type") == "string" else ""
    least, most = field.get("minLength", field.get("minimum")), field.get("maxLength", field.get("maximum"))
    said = [f"{least} to {most:,}{unit}" if least is not None else f"at most {most:,}{unit}"] if most else []
    if "pattern" in field:
        said.append(f"matching {field['pattern']}")
    if field.get("default") is not None:
        said.append(f"{field['default']} unless told")
    return "; ".join(filter(None, [*said, description]))


def _curl(method: str, path: str, operation: dict[str, Any], schema: dict[str, Any], address: str) -> str:
    parts = ["curl -i", f"-X {method}" if method != "GET" else "", "-H 'Authorization: Bearer <token>'"]
    parts += [f"-H '{each['name']}: 1'" for each in operation.get("parameters", ()) if each["in"] == "header"]
    fields = _body(operation, schema).get("properties", {})
    if fields:
        example = {name: field["examples"][0] for name, field in fields.items() if field.get("examples")}
        parts.append(f"--json '{json.dumps(example)}'")
    return " ".join(filter(None, [*parts, f"'{address}{path.replace('{followee}', 'bob')}'"]))


def _table(heads: tuple[str, ...], rows: Any, *, anchors: bool = False) -> str:
    lines = ["<tr>" + "".join(f"<th>{_text(head)}</th>" for head in heads) + "</tr>"]
    for row in rows:
        start = f"<tr id='{_text(row[1])}'>" if anchors else "<tr>"
        lines.append(start + "".join(f"<td>{_text(cell)}</td>" for cell in row) + "</tr>")
    return f"<table>{''.join(lines)}</table>"


def _text(value: Any) -> str:
    return html.escape(str(value))
