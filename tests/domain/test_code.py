import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuban.domain.code import CodeTable, normalise_class_code, pad_class_code
from tuban.domain.landuse import SettlementCode
from tuban.errors import Text, UnknownCode

PAIRS = st.text("0123456789", min_size=2, max_size=2).filter(lambda pair: pair != "00")


def table(*codes: str) -> CodeTable[SettlementCode]:
    return CodeTable(
        {
            code: SettlementCode(code, Text(f"类{code}", f"class {code}"), "#000000", "verified")
            for code in codes
        },
        title=Text("表", "Table"),
        edition="1",
    )


@pytest.mark.parametrize(
    ("stored", "short"),
    [
        ("010000", "01"),
        ("010100", "0101"),
        ("060101", "060101"),
        ("0101", "0101"),
        (" 0101 ", "0101"),
        ("00", "00"),  # the survey's wetland is the code 00
        ("000000", "00"),
        ("05H1", "05H1"),
        ("0201K", "0201K"),
        ("100", "100"),  # a zone code is odd in length: never shortened
        ("1000", "10"),
        (None, ""),
        ("", ""),
    ],
)
def test_a_filled_class_code_is_the_short_one(stored, short):
    assert normalise_class_code(stored) == short


@given(st.lists(PAIRS, min_size=1, max_size=3).map("".join))
def test_filling_a_code_and_shortening_it_gives_the_code_back(code):
    assert normalise_class_code(pad_class_code(code)) == code


@given(st.text(max_size=8))
def test_shortening_twice_is_shortening_once(code):
    assert normalise_class_code(normalise_class_code(code)) == normalise_class_code(code)


def test_a_table_finds_an_entry_by_its_filled_code():
    assert table("01", "0101")["010000"].code == "01"
    assert "010100" in table("01", "0101")
    assert table("01").get("02") is None


def test_iterating_a_table_gives_its_entries_in_order():
    assert [item.code for item in table("02", "01")] == ["02", "01"]


def test_an_unknown_code_names_the_nearest_ones():
    with pytest.raises(UnknownCode) as caught:
        table("0101", "0102")["0103"]
    assert set(caught.value.facts["near"]) == {"0101", "0102"}
    assert "0101" in caught.value.fix.zh
