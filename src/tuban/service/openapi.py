"""The OpenAPI document, self-contained: `python -m tuban.service.openapi > web/openapi.json`."""

from __future__ import annotations

import json
import sys

from tuban.service.app import create_app
from tuban.settings import Settings


def document() -> str:
    """Give the document as JSON, keys in a fixed order, so that a change shows as a change."""
    return (
        json.dumps(create_app(None, Settings()).openapi(), ensure_ascii=False, indent=1, sort_keys=True)
        + "\n"
    )


if __name__ == "__main__":
    sys.stdout.buffer.write(document().encode())
