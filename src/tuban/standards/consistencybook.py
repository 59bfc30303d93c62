"""The rules of consistency (图数文一致) as a book, read from their YAML."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tuban.domain.finding import Severity
from tuban.domain.rule import Rule, RuleBook
from tuban.standards.chain import text_of
from tuban.standards.yamldoc import read_yaml

FILE = Path(__file__).parent / "rules" / "consistency.yaml"


@cache
def consistency_rules() -> RuleBook:
    """Give the rules that check the numbers of plan documents."""
    doc = read_yaml(FILE)
    whole = doc.whole()
    rules = [
        Rule(
            rule_id,
            text_of(doc, ("rules", rule_id, "title"), keys["title"]),
            text_of(doc, ("rules", rule_id, "definition"), keys["definition"]),
            Severity(keys.get("severity", "G")),
            "numbers" if rule_id[1] in "1267 8" else "text",
            "planner",
            str(keys.get("source", "arithmetic of the printed figures")),
            str(keys.get("confidence", "project default")),
            dict(keys.get("parameters") or {}),
        )
        for rule_id, keys in whole["rules"].items()
    ]
    return RuleBook(str(whole["name"]), str(whole["version"]), rules)


def rules_page() -> str:
    """Give the reference page of the rules as Markdown, both languages side by side."""
    book = consistency_rules()
    lines = [
        "# Rules of consistency (图数文一致)",
        "",
        (
            f"Generated from `standards/rules/consistency.yaml`, version {book.version}: "
            "`python -m tuban.standards.consistencybook docs/reference/consistency-rules.md`."
        ),
        "",
        "| rule | title | what it demands | source | confidence |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {rule.id} | {rule.title.zh} · {rule.title.en} | {rule.definition.zh} {rule.definition.en} "
        f"| {rule.source} | {rule.confidence} |"
        for rule in book
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    import sys

    Path(sys.argv[1]).write_text(rules_page(), encoding="utf-8")
