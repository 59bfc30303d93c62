"""A pack of rules, written and read."""

from __future__ import annotations

import pytest

from postgres_given import postgres

__all__ = ["postgres"]


@pytest.fixture
def pack_of(tmp_path):
    """Write a pack and read it: rules as YAML, the obligatory keys filled in."""
    from tuban.standards.rulepacks import packs

    def make(rules, **whole):
        import json

        import yaml

        base = {
            "title": {"zh": "规则", "en": "Rule"},
            "effect": "prohibit",
            "clause": "某法第一条",
            "source": "test",
            "confidence": "verified",
            "since": "2020-01-01",
        }
        said = {
            "pack": "test",
            "title": {"zh": "试", "en": "Test"},
            "version": "1",
            "rules": {
                key: {k: v for k, v in (base | rule).items() if v is not None} for key, rule in rules.items()
            },
        } | whole
        path = tmp_path / "test.yaml"
        path.write_text(
            yaml.safe_dump(json.loads(json.dumps(said)), allow_unicode=True, sort_keys=False),
            encoding="utf-8",
        )
        return packs(path)

    return make
