"""The API's description, self-contained: for the front end's types, and for people.

python -m tuban.service.openapi > web/openapi.json
python -m tuban.service.openapi --reference > docs/reference/api.md
"""

from __future__ import annotations

import json
import sys

from tuban.service.app import create_app
from tuban.settings import Settings

HEAD = """# HTTP API

Made from the code by `python -m tuban.service.openapi --reference`; a test fails where it is old. The same as
OpenAPI 3.1: `/api/openapi.json` of a running service, `web/openapi.json` in the repository.

JSON, `snake_case`. Coordinates are longitude and latitude in degrees (CGCS2000), boxes west, south, east, north.
Every address takes `lang=zh|en`; without it Accept-Language decides, else Chinese. Every error has one shape:

```json
{"error": {"kind": "UnknownLayer", "problem": "what is wrong", "fix": "how to go on", "facts": {}}}
```

| status | errors |
|---|---|
| 400 | the request cannot be meant (`WrongUse`), also: sent by another site, over the upload limit |
| 404 | not there (`NotFound`, `UnknownLayer`, `UnknownVersion`, `UnknownCode`) |
| 409 | the workspace does not allow it now (`WorkspaceBusy`, `Damaged`, …) |
| 422 | the file cannot be taken in (`Unreadable` and its kinds) |
| 507 | the disk is full (`DiskFull`) |

`on=YYYY-MM-DD` asks for what applied on that day (default today), `known=` for what was recorded up to that moment
(default now), `version=N` for one version whatever the day. Answers to GET carry an ETag; tiles never change.
"""


def described() -> dict:
    """Give the OpenAPI document."""
    return create_app(None, Settings()).openapi()


def document() -> str:
    """Give the document as JSON, keys in a fixed order, so that a change shows as a change."""
    return json.dumps(described(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def reference() -> str:
    """Give the document as a page to read."""
    said = described()
    lines = [HEAD]
    for path, operations in said["paths"].items():
        for method, operation in operations.items():
            lines += [f"## `{path}`", "", f"{method.upper()} · {operation['description']}", ""]
            found = [_parameter(p) for p in operation.get("parameters", []) if p["name"] != "lang"]
            body = operation.get("requestBody", {}).get("content", {})
            found += [f"| body | {_kind(media['schema'])} ({name}) | |" for name, media in body.items()]
            if found:
                lines += ["| parameter | kind | |", "|---|---|---|", *found, ""]
            lines += [f"Gives {_answer(operation)}.", ""]
    lines += ["# Models", ""]
    for name, model in said["components"]["schemas"].items():
        lines += [f"## {name}", "", model.get("description", "").replace("\n", " "), ""]
        rows = [
            f"| `{key}` | {_kind(value)} | {value.get('description', '').replace(chr(10), ' ')} |"
            for key, value in model.get("properties", {}).items()
        ]
        lines += ["| field | kind | |", "|---|---|---|", *rows, ""]
    return "\n".join(lines).rstrip() + "\n"


def _parameter(parameter: dict) -> str:
    must = " · required" if parameter.get("required") else ""
    default = parameter["schema"].get("default")
    shown = "" if default is None or default == "" else f" · default `{json.dumps(default)}`"
    said = parameter.get("description", "")
    return (
        f"| `{parameter['name']}` ({parameter['in']}) | {_kind(parameter['schema'])}{must}{shown} | {said} |"
    )


def _answer(operation: dict) -> str:
    code = next(code for code in operation["responses"] if code.startswith("2"))
    content = operation["responses"][code].get("content", {})
    kinds = [
        f"{_kind(media['schema'])}" if name == "application/json" else f"`{name}`"
        for name, media in content.items()
        if media.get("schema") or name != "application/json"
    ]
    return f"{code}: {', '.join(kinds)}"


def _kind(schema: dict) -> str:
    if "$ref" in schema:
        return schema["$ref"].rsplit("/", 1)[-1]
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(part) for part in schema["anyOf"]))
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if schema.get("type") == "array":
        inner = schema.get("items") or {}
        if "prefixItems" in schema:
            return f"{len(schema['prefixItems'])} × {_kind(schema['prefixItems'][0])}"
        return f"list of {_kind(inner)}"
    kind = schema.get("format") or schema.get("type") or "anything"
    return f"{kind}"


if __name__ == "__main__":
    text = reference() if "--reference" in sys.argv[1:] else document()
    sys.stdout.buffer.write(text.encode())
