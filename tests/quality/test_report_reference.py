from tuban.quality.bound import functions
from tuban.standards.rulebook import quality_rules
from tuban.workflows.quality_reference import PAGE, page


def test_the_page_of_the_rules_is_current(root):
    # Out of date? python -m tuban.workflows.quality_reference docs/reference
    assert (root / "docs/reference" / PAGE).read_text(encoding="utf-8") == page()


def test_every_rule_has_a_function_and_stands_on_the_page():
    text = page()
    assert {rule.id for rule in quality_rules()} <= set(functions())
    for rule in quality_rules():
        assert f"### {rule.id} {rule.title.zh}" in text
        assert rule.source and rule.confidence
