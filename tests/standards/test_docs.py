import re

import pytest
import yaml

from tuban.cli.standards import TABLES, command
from tuban.standards.amend import FIELD_KEYS, LAYER_KEYS
from tuban.standards.chain import TOP_KEYS
from tuban.standards.load import shipped_profiles, user_profile
from tuban.standards.paintbook import KEYS as PAINT_KEYS
from tuban.standards.reference import pages


@pytest.fixture(scope="module")
def page(root):
    return (root / "docs/reference/standards.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", pages())
def test_the_generated_page_is_current(root, name):
    # Out of date? python -m tuban.standards.reference docs/reference
    assert (root / "docs/reference" / name).read_text(encoding="utf-8") == pages()[name]


def test_every_key_of_a_profile_file_is_documented(page):
    for key in TOP_KEYS | LAYER_KEYS | FIELD_KEYS | PAINT_KEYS:
        assert re.search(rf"\b{key}\b", page), key


def test_every_command_and_table_is_documented(page):
    for word in [*command.commands, *TABLES]:
        assert re.search(rf"\b{word}\b", page), word
    assert all(name in page for name in ("national-2021", "national-2021-trial-classes", "hangzhou"))
    assert set(shipped_profiles()) >= {"national-2021", "national-2021-trial-classes", "hangzhou"}


def test_the_example_profile_works_as_printed(page, tmp_path):
    example = re.search(r"```yaml\n(.*?)```", page, re.S)[1]
    assert yaml.safe_load(example)
    file = tmp_path / "county.yaml"
    file.write_text(example, encoding="utf-8")
    used = user_profile(file)
    assert used.zones["550"].name.zh == "采煤沉陷治理区"
    assert used.layer("KFBJ").field("SPWH").length == 50
