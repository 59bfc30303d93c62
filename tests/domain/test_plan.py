import pytest

from tuban.domain.plan import ADMIN_DIGITS, admin_level, parent_admin_code, short_admin_code


@pytest.mark.parametrize(
    ("code", "level", "parent"),
    [
        ("41", "province", None),
        ("410000", "province", None),
        ("4104", "prefecture", "41"),
        ("410400000000", "prefecture", "41"),
        ("410481", "county", "4104"),
        ("410481001", "township", "410481"),
        ("410481001000", "township", "410481"),
        ("410481001201", "village", "410481001"),
        ("4104810012010000000", "village", "410481001"),  # unit code of the survey, 19 digits
        ("4104810019990000000", "village", "410481001"),  # land that no village of the township holds
    ],
)
def test_the_structure_of_a_code_names_its_level_and_the_unit_above(code, level, parent):
    assert admin_level(code) == level
    assert parent_admin_code(code) == parent
    assert len(short_admin_code(code)) == ADMIN_DIGITS[level]


@pytest.mark.parametrize("code", ["", "4", "4104811", "41048A", "四一"])
def test_what_is_no_code_has_no_level(code):
    assert admin_level(code) is None
    assert parent_admin_code(code) is None
