import re

import pytest

from tuban.domain.landuse import THREE_CLASS_TITLES
from tuban.errors import StandardsFault, UnknownCode
from tuban.standards.load import (
    admin_codes,
    collisions,
    control_lines,
    land_use_classes,
    plan_zones,
    profile,
    settlement_codes,
    sources,
    survey_classes,
    survey_to_plan,
    trial_to_2023,
)

MARK = re.compile(r"verified|recalled|inferred|derived|unknown|partial")
EDITIONS = ("2023", "2020-trial")
TABLES = {
    "2023": land_use_classes("2023"),
    "2020-trial": land_use_classes("2020-trial"),
    "survey": survey_classes(),
    "settlement": settlement_codes(),
    "zones": plan_zones(),
    "hangzhou": plan_zones("hangzhou"),
}


@pytest.mark.parametrize("name", TABLES)
def test_every_code_has_two_names_a_colour_and_a_mark_of_confidence(name):
    for item in TABLES[name]:
        assert item.name.zh and item.name.en, item.code
        assert re.fullmatch(r"#[0-9a-f]{6}", item.colour), item.code
        for part in ("confidence", "confidence_name", "confidence_map", "confidence_three_class"):
            if hasattr(item, part):
                assert MARK.search(getattr(item, part)), (item.code, part)


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_class_is_as_deep_as_its_code_is_long_and_lies_under_its_parent(edition):
    for item in land_use_classes(edition):
        assert len(item.code) == 2 * item.level
        assert item.parent == (item.code[:-2] or None)
        assert item.three_class in THREE_CLASS_TITLES


def test_the_2023_classes_are_24_of_level_one():
    assert sorted(c.code for c in land_use_classes("2023") if c.level == 1) == [
        f"{i:02d}" for i in range(1, 25)
    ]


@pytest.mark.parametrize(
    ("written", "edition"), [("2020", "2020-trial"), ("试行", "2020-trial"), ("2023", "2023")]
)
def test_an_edition_may_be_written_in_other_ways(written, edition):
    assert land_use_classes(written).edition == edition


def test_an_unknown_edition_is_refused():
    with pytest.raises(UnknownCode):
        land_use_classes("2030")


@pytest.mark.parametrize(
    ("code", "trial", "current", "becomes"),
    [
        ("0204", "其他园地", "油料园地", "0205"),
        ("060102", "村庄内部道路用地", "田间道", "1207"),
        ("0602", "种植设施建设用地", "设施农用地", "060201"),
        ("1311", "干渠", "水工设施用地", "1311"),
        ("1312", "水工设施用地", "其他公用设施用地", "1311"),
        ("2202", "其他特殊用海", "科研教育用海", "2206"),
        ("2302", "田坎", "后备耕地", "2303"),
        ("2303", "田间道", "田坎", "060102"),
    ],
)
def test_codes_of_the_two_editions_collide_and_never_mix(code, trial, current, becomes):
    assert land_use_classes("2020-trial")[code].name.zh == trial
    assert land_use_classes("2023")[code].name.zh == current
    assert trial_to_2023(code)[0] == becomes
    assert code in {c.code for c in collisions()}


@pytest.mark.parametrize("code", ["0603", "0604", "1313", "090301"])
def test_a_code_dropped_in_2023_is_refused_with_its_successor(code):
    with pytest.raises(UnknownCode) as caught:
        land_use_classes("2023")[code]
    assert trial_to_2023(code)[0] in caught.value.fix.zh
    assert "2020" in caught.value.fix.en


@pytest.mark.parametrize("code", ["0205", "1804", "2004", "2206", "060201"])
def test_a_code_new_in_2023_is_refused_in_the_trial_edition(code):
    with pytest.raises(UnknownCode) as caught:
        land_use_classes("2020-trial")[code]
    assert "2023" in caught.value.fix.zh


def test_every_trial_code_becomes_a_2023_code():
    for item in land_use_classes("2020-trial"):
        assert item.successors
        assert all(code in land_use_classes("2023") for code in item.successors)
        assert item.same == (
            item.successors == (item.code,) and item.name == land_use_classes("2023")[item.code].name
        )


def test_no_trial_class_claims_to_be_verified_where_no_source_lists_it():
    for item in land_use_classes("2020-trial"):
        if item.same:
            assert "inferred" in item.confidence


@pytest.mark.parametrize(
    ("survey", "plan"),
    [
        ("0101", ("0101",)),
        ("0305", ("0303",)),
        ("0307", ("0304",)),
        ("0404", ("0403",)),
        ("0601", ("1001",)),
        ("0702", ("0703", "0704")),
        ("1003", ("1202",)),
        ("1107A", ("1311",)),
        ("1207", ("2307",)),
        ("08H2", ("0802", "0803", "0804", "0805", "0806", "0807")),
    ],
)
def test_a_survey_class_becomes_its_plan_classes(survey, plan):
    assert survey_to_plan(survey) == plan


def test_every_survey_class_maps_into_the_2023_classes():
    for item in survey_classes():
        assert item.plan_codes
        assert all(code in land_use_classes("2023") for code in item.plan_codes)
        # More than one choice is always a split; a single one may be a split to refine below (0809 → 13).
        assert item.map_kind == "split" or len(item.plan_codes) == 1
        assert item.colour == land_use_classes("2023")[item.plan_codes[0]].colour


def test_the_survey_and_plan_groups_agree_where_both_sources_decide():
    # 干渠 is agricultural in the survey and becomes a public utility in plans: the only stated exception.
    differing = {
        item.code
        for item in survey_classes()
        if item.map_kind == "one"
        and item.level > 1
        and item.three_class != land_use_classes("2023")[item.plan_codes[0]].three_class
    }
    assert differing == {"1107A"}


def test_the_two_tables_of_codes_trap_the_unwary_and_stay_apart():
    assert survey_classes()["0702"].name.zh == "农村宅基地"
    assert land_use_classes("2023")["0702"].name.zh == "城镇社区服务设施用地"
    assert survey_classes()["1207"].name.zh == "裸岩石砾地"
    assert land_use_classes("2023")["1207"].name.zh == "城镇村道路用地"


def test_a_locality_has_its_own_zones_over_the_common_ones():
    assert plan_zones()["700"].name.zh == "矿产能源发展区"
    local = plan_zones("hangzhou")
    assert (local["700"].name.zh, local["710"].name.zh) == ("其他保护利用区", "矿产能源发展区")
    assert (local["530"].name.zh, local["540"].name.zh) == ("农田整备区", "林业发展区")
    assert local["100"] == plan_zones()["100"]
    with pytest.raises(UnknownCode):
        plan_zones("nowhere")


def test_zones_lie_under_their_parents():
    for table in (plan_zones(), plan_zones("hangzhou")):
        for zone in table:
            assert (zone.parent is None) == (zone.depth == 1)
            assert zone.parent is None or table[zone.parent].depth < zone.depth


def test_every_control_line_names_layers_that_resolve():
    used = profile("hangzhou")
    for line in control_lines():
        assert line.rule and line.confidence, line.code
        assert MARK.search(line.confidence) and line.confidence_detail
        for code in line.layers:
            assert used.layer(code).code == code
    assert control_lines()["permanent_basic_farmland"].layers[-1] == "YJJBNTBHTB"
    assert control_lines()["urban_development_boundary"].family == "three-line"
    assert control_lines()["urban_development_boundary"].force == "limit"


def test_every_source_named_in_a_mark_is_explained():
    known = sources()
    named = set()
    for table in TABLES.values():
        for item in table:
            named |= set(re.findall(r"verified:([A-Za-z0-9,+]+)", item.confidence))
    for spec in profile("hangzhou").layers:
        for f in spec.fields:
            named |= set(re.findall(r"verified:([A-Za-z0-9,]+)", f.confidence))
    keys = {key for mark in named for key in re.split(r"[,+]", mark) if key}
    assert keys <= {key.split()[0] for key in known}


def test_a_table_of_administrative_codes_is_read_by_its_structure(tmp_path):
    file = tmp_path / "codes.csv"
    file.write_text(
        "代码,名称\n410000,河南省\n4104,平顶山市\n410481,舞钢市\n410481001,垭口街道\n", encoding="utf-8-sig"
    )
    units = admin_codes(file)
    assert [(u.code, u.level, u.parent) for u in units.values()] == [
        ("41", "province", None),
        ("4104", "prefecture", "41"),
        ("410481", "county", "4104"),
        ("410481001", "township", "410481"),
    ]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("code,name\n4104,x\n410400,y\n", "重复"),
        ("code,name\n41A,x\n", "不是行政区代码"),
        ("a,b\n41,x\n", "code"),
        ("code,name\n41,x,y\n", "3 个值"),
    ],
)
def test_a_faulty_table_of_administrative_codes_is_refused_with_its_line(tmp_path, text, word):
    file = tmp_path / "codes.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(StandardsFault, match=word) as caught:
        admin_codes(file)
    assert caught.value.facts["line"]


@pytest.mark.shared
def test_the_real_divisions_of_wugang_read(shared):
    units = admin_codes(shared / "data/admin/divisions_2023_nbs.csv")
    towns = [u for u in units.values() if u.level == "township" and u.parent == "410481"]
    villages = [u for u in units.values() if u.level == "village" and u.code.startswith("410481")]
    assert (len(towns), len(villages)) == (14, 220)


def test_the_shipped_divisions_reach_from_province_to_county_without_a_gap():
    units = admin_codes()
    assert {unit.level for unit in units.values()} == {"province", "prefecture", "county"}
    assert sum(unit.level == "province" for unit in units.values()) == 31
    assert [unit.code for unit in units.values() if unit.parent and unit.parent not in units] == []
    assert (units["41"].name, units["4104"].name, units["410481"].name) == ("河南省", "平顶山市", "舞钢市")


@pytest.mark.shared
def test_the_shipped_counties_are_those_of_the_real_table(shared):
    real = admin_codes(shared / "data/admin/divisions_2023_nbs.csv")
    ours = admin_codes()
    counties = {code: unit.name for code, unit in real.items() if unit.level == "county"}
    assert counties
    assert {code: ours[code].name for code in counties} == counties
