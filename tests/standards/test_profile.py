import csv
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuban.domain.landuse import SurveyClass
from tuban.domain.layer import GROUP_TITLES
from tuban.errors import NotFound, UnknownLayer
from tuban.standards.load import profile, shipped_profiles
from tuban.standards.tables import shipped

NATIONAL = profile()
# What the sample county and a real one hand in.
HANDED_IN = (
    "DLTB XZQ CJDCQ YJJBNTBHTB XZQX XZQXZ XZQC GHFQ YDYHGHFQ ZXCQGHYDYH ZXCQCSLVX ZXCQCSLX ZXCQCSHX "
    "ZXCQCSZX HLFXKZX LSWHBHX STBHHX CZKFBJ YJJBNTCBQ ZDJTJCSSX ZXCQDLZXX HHSX ZXCQGGFWSSD GGFWSSD "
    "WKK WKB JQZDXMD JQZDXMM CJRK ZDJSXM ZBB GHZBB XZZTGNDW GDBHMB"
)
ALL = [(name, spec) for name in shipped_profiles() for spec in profile(name).layers]
IDS = [f"{name}-{spec.code}" for name, spec in ALL]


def specs():
    seen = {}
    for _, spec in ALL:
        seen.setdefault(spec.code, spec)
    return list(seen.values())


@pytest.mark.parametrize("spec", specs(), ids=lambda spec: spec.code)
def test_every_layer_is_consistent_in_itself(spec):
    names = [f.name for f in spec.fields]
    aliases = [alias for f in spec.fields for alias in f.aliases]
    assert len(set(names + aliases)) == len(names + aliases)
    for column in (
        spec.id_field,
        spec.area_field,
        spec.class_field,
        spec.unit_field,
        spec.paint.by,
        spec.paint.label,
    ):
        assert column is None or column in names
    assert spec.title.zh and spec.title.en
    assert spec.group in GROUP_TITLES
    assert spec.confidence
    assert spec.geometry in ("any", "table") or spec.fields
    for f in spec.fields:
        assert f.title.zh and f.title.en and f.confidence
        assert f.decimals is None or f.kind == "number"
        assert f.length is None or f.length > 0


@pytest.mark.parametrize("spec", specs(), ids=lambda spec: spec.code)
def test_a_declared_area_is_in_square_metres(spec):
    if spec.area_field:
        assert spec.geometry == "polygon"
        assert spec.field(spec.area_field).unit == "m²"
        assert spec.field(spec.area_field).kind == "number"


def test_only_columns_that_a_source_marks_mandatory_are_required():
    rows = shipped("layers/fields.csv", "layer field constraint confidence")
    marked = {
        (r["layer"], r["field"]) for r in rows if r["constraint"] == "M" and "verified" in r["confidence"]
    }
    required = {(s.code, f.name) for s in NATIONAL.layers for f in s.fields if f.required}
    assert required <= marked
    assert {("DLTB", "DLBM"), ("DLTB", "TBMJ"), ("CZKFBJ", "GHFQDM"), ("GHFQ", "GHFQDM")} <= required


def test_every_row_of_the_layer_tables_has_a_layer():
    rows = shipped("layers/tables.csv", "layer geometry")
    assert len(rows) == 358
    for row in rows:
        spec = NATIONAL.layer(row["layer"])
        assert spec.code == row["layer"]
        assert spec.geometry == (row["geometry"] or "any")


def test_every_field_row_reaches_a_layer_in_some_profile():
    known = {(s.code, f.name) for _, s in ALL for f in (*s.fields, *s.others)}
    known |= {(s.code, alias) for _, s in ALL for f in s.fields for alias in f.aliases}
    for row in shipped("layers/fields.csv", "book layer field"):
        if row["book"] in ("common", "maintenance"):
            continue
        assert (row["layer"], row["field"]) in known, row


@pytest.mark.parametrize(
    ("code", "id_", "area", "class_", "unit"),
    [
        ("DLTB", "BSM", "TBMJ", "DLBM", "ZLDWDM"),
        ("XZYDYH", "BSM", "TBMJ", "YDYHFLDM", "XZQDM"),
        ("ZXCQGHYDYH", "BSM", "TBMJ", "YDYHFLDM", "XZQDM"),
        ("GHFQ", "BSM", "MJ", "GHFQDM", "XZQDM"),
        ("CZKFBJ", "BSM", "MJ", "GHFQDM", "XZQDM"),
        ("YJJBNTBHTB", "BSM", "YJJBNTTBMJ", "DLBM", "ZLDWDM"),
        ("YJJBNTCBQ", "BSM", "CBQTBMJ", "DLBM", "ZLDWDM"),
        ("STBHHX", "BSM", "MJ", None, "XZQDM"),
        ("XZQ", "BSM", "DCMJ", None, "XZQDM"),
        ("CJDCQ", "BSM", "DCMJ", None, "ZLDWDM"),
        ("GDBHMB", "BSM", "TBMJ", "DLBM", "ZLDWDM"),
        ("JQZDXMD", "BSM", None, None, "XZQDM"),
    ],
)
def test_the_parts_that_columns_play(code, id_, area, class_, unit):
    spec = NATIONAL.layer(code)
    assert (spec.id_field, spec.area_field, spec.class_field, spec.unit_field) == (id_, area, class_, unit)


def test_hectares_are_never_taken_for_square_metres():
    assert profile("hangzhou").layer("XG_GHDK").field("MJ").unit == "ha"
    assert profile("hangzhou").layer("XG_GHDK").area_field is None
    assert NATIONAL.layer("STBHHX").field("QYMJ").unit == "km²"


@pytest.mark.parametrize("code", HANDED_IN.split())
def test_what_a_county_hands_in_resolves(code):
    assert NATIONAL.layer(code).code == code
    assert NATIONAL.layer(code.lower()).code == code


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("地类图斑", "DLTB"),
        ("城镇开发边界", "CZKFBJ"),
        (" dltb ", "DLTB"),
        ("GHYDYH(ZXHB)", "GHYDYH_ZXHB"),
        ("WHQGHFQ", "WHQGHFQ"),
        ("GHFQWHQ", "WHQGHFQ"),
        ("GHFQWHQX", "WHQGHFQ"),
        ("CZKFBJWHCX", "WHCCZKFBJ"),
        ("HLFXKZXWHHX", "WHHHLFXKZX"),
        ("WHH_ZXCQCSLX", "WHHZXCQCSLX"),
        ("qt_zone_urba", "QT_ZONE_URBA"),
    ],
)
def test_other_spellings_resolve_to_one_code(asked, code):
    assert NATIONAL.layer(asked).code == code


@pytest.mark.parametrize(
    ("dialect", "canonical"),
    [("XJXZQDM", "SZXJXZQDM"), ("LHLX", "HXLX"), ("XJXZQHDM", "SZXJXZQDM"), ("LXDM", "LXBM"), ("MC", "HXMC")],
)
def test_the_three_dialects_of_the_redline_are_one_layer(dialect, canonical):
    assert dialect in NATIONAL.layer("STBHHX").field(canonical).aliases


def test_columns_of_another_dialect_are_understood_and_not_expected():
    spec = NATIONAL.layer("STBHHX")
    assert [f.name for f in spec.others][-2:] == ["STHJWT", "SLSJ"]
    assert "QYMJ" not in [f.name for f in spec.fields] and spec.field("QYMJ") in spec.others
    assert not any(f.required for f in spec.others)
    assert {f.name for f in NATIONAL.layer("CZKFBJ").others} == {"CZMC", "SLSJ"}
    assert {s.code for s in NATIONAL.layers if s.others} == {"STBHHX", "CZKFBJ"}


def test_a_maintenance_triple_is_its_layer_before_and_after_with_the_change_between():
    base = NATIONAL.layer("CZKFBJ")
    before, change, after = NATIONAL.maintenance("CZKFBJ")
    assert (before.fields, after.fields) == (base.fields, base.fields)
    assert [f.name for f in change.fields] == [
        "BSM", "YSDM", "XZQDM", "XZQMC", "WHLX", "WHLY", "JDZBLY", "WHBH", "KZBSHSLX", "BZ",
    ]  # fmt: skip
    assert {s.group for s in (before, change, after)} == {"management"}
    assert change.paint.by == "WHLX" and [value for value, _, _ in change.paint.colours] == ["1", "2", "3"]
    assert change.area_field is None


def test_a_free_layer_asks_for_nothing():
    spec = NATIONAL.layer("QT_ZONE_URBA")
    assert (spec.group, spec.geometry, spec.fields, spec.id_field) == ("management", "any", (), None)


@pytest.mark.parametrize(
    ("asked", "near"), [("CZKFB", "CZKFBJ"), ("DLTBB", "DLTB"), ("STBHX", "STBHHX"), ("生态红线", "STBHHX")]
)
def test_an_unknown_layer_names_the_nearest_codes(asked, near):
    with pytest.raises(UnknownLayer) as caught:
        NATIONAL.layer(asked)
    assert near in caught.value.facts["near"]
    assert near in caught.value.fix.zh and "QT_" in caught.value.fix.zh


@given(st.text(max_size=20))
def test_any_text_either_resolves_or_is_refused_as_an_unknown_layer(text):
    try:
        spec = NATIONAL.layer(text)
    except UnknownLayer:
        return
    assert NATIONAL.layer(spec.code) == spec


def test_an_unknown_profile_names_those_there_are():
    with pytest.raises(NotFound) as caught:
        profile("nowhere")
    assert "national-2021" in caught.value.fix.zh


def test_stored_class_values_are_understood_in_the_table_of_their_column():
    planned, patches, zones = (NATIONAL.layer(code) for code in ("ZXCQGHYDYH", "DLTB", "GHFQ"))
    assert NATIONAL.class_of(planned, "070100").name.zh == "城镇住宅用地"
    assert NATIONAL.class_of(patches, "0702").name.zh == "农村宅基地"
    assert isinstance(NATIONAL.class_of(patches, "0101"), SurveyClass)
    assert NATIONAL.class_of(zones, "100").name.zh == "生态保护区"
    assert NATIONAL.class_of(NATIONAL.layer("HHSX"), "1") is None


def test_a_profile_reads_plan_classes_in_its_own_edition_only():
    old = profile("national-2021-trial-classes")
    spec = old.layer("GHYDYH")
    assert old.class_of(spec, "2302").name.zh == "田坎"
    assert NATIONAL.class_of(spec, "2302").name.zh == "后备耕地"
    assert old.class_of(spec, "0205") is None
    colours = {value: title.zh for value, _, title in old.layer("GHYDYH").paint.colours}
    assert colours["1313"] == "其他公用设施用地" and "0205" not in colours


def test_personal_data_are_marked():
    personal = {f.name for f in NATIONAL.layer("YJJBNTBHTB").fields if f.personal}
    assert {"CFZR", "ZZRR", "ZRRZJHM", "ZRRMC", "LXDH", "JZDZ"} <= personal


def test_a_layer_knows_where_the_plan_levels_list_it():
    county = NATIONAL.places("CZKFBJ")[0]
    assert (county.level, county.constraint) == ("county", "M")
    assert {p.level for p in NATIONAL.places("GHFQ")} == {"city", "township"}
    assert NATIONAL.places("WKK") == ()


def test_loading_is_light_and_quick():
    code = (
        "import sys, time; start = time.process_time()\n"
        "from tuban.standards.load import profile; profile()\n"
        "heavy = {'pandas', 'numpy', 'shapely', 'pydantic'} & set(sys.modules)\n"
        "print(time.process_time() - start, sorted(heavy))"
    )
    best = min(_timed(code) for _ in range(3))
    assert best < 0.3  # processor time; 0.1 s on an idle machine


def _timed(code):
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    seconds, heavy = out.split(" ", 1)
    assert heavy.strip() == "[]"
    return float(seconds)


@pytest.mark.shared
def test_the_shipped_tables_hold_every_row_of_the_collected_ones(shared):
    def read(name):
        with (shared / "domain" / name).open(encoding="utf-8") as file:
            return list(csv.DictReader(file))

    ours = {(r["level"], r["part"], r["seq"]): r for r in shipped("layers/tables.csv", "level part seq")}
    for row in read("layers.csv"):
        mine = ours[row["level"], row["part"], row["seq"]]
        assert mine["layer"].replace("_", "") == row["layer_table"].replace("(", "").replace(")", "")
        assert (mine["name_zh"], mine["constraint"], mine["ysdm"]) == (
            row["name_zh"],
            row["constraint"],
            row["ysdm"],
        )
    fields = {(r["layer"], r["field"]) for r in shipped("layers/fields.csv", "layer field")}
    source = read("layer-fields.csv")
    assert len(source) == 462
    for row in source:
        name = row["layer_table"].replace("{layer}WHC", "WHC").replace(" (survey dialect)", "")
        for layer in name.replace("/", " ").split():
            assert (layer, row["field"]) in fields
    classes = {r["code"]: r for r in shipped("codes/land-use-2023.csv", "code")}
    for row in read("land-use-classes.csv"):
        red, green, blue = (int(part) for part in row["color_rgb"].split())
        assert classes[row["code"]]["colour"] == f"#{red:02x}{green:02x}{blue:02x}"
        assert classes[row["code"]]["name_zh"] == row["name_zh"]
    assert len(classes) == len(read("land-use-classes.csv"))
