import textwrap

import pytest

from tuban.errors import StandardsFault
from tuban.standards.load import profile, user_profile


@pytest.fixture
def written(tmp_path):
    def write(text, name="county.yaml"):
        file = tmp_path / name
        file.write_text(textwrap.dedent(text), encoding="utf-8")
        return file

    return write


COUNTY = """\
    name: fictional-county
    title: {zh: 示例县, en: Example county}
    extends: national-2021
    three_class:
      survey: {0404: 农用地}
      land_use: {06: construction, 0601: agricultural}
    classes:
      land_use:
        0701: {colour: "#ABCDEF"}
      zones:
        550: {name: {zh: 采煤沉陷治理区, en: Subsidence area}, parent: 500}
    layers:
      CZKFBJ:
        title: {zh: 城镇开发边界(本地), en: Boundary here}
        aliases: [KFBJ]
        fields:
          GHFQDM: {length: 5, aliases: [FQDM]}
          MJ_TQ: null
          SPWH: {title: {zh: 审批文号, en: Approval number}, kind: text, length: 50, required: true}
          BSM: {required: false}
        paint: {line: "#ff0000", dash: [4, 4]}
      BDBHX:
        title: {zh: 本地保护线, en: Local line}
        group: plan
        geometry: polygon
      XZQDS: {remove: true}
    """


def test_a_county_amends_layers_without_python(written):
    used = user_profile(written(COUNTY))
    base = profile().layer("CZKFBJ")
    spec = used.layer("KFBJ")
    assert spec.code == "CZKFBJ"
    assert spec.title.zh == "城镇开发边界(本地)"
    assert spec.field("GHFQDM").length == 5 and spec.field("GHFQDM").aliases == ("FQDM",)
    assert spec.field("MJ_TQ") is None
    assert [f.name for f in spec.fields if f.required] == ["GHFQDM", "MJ", "SPWH"]
    assert (spec.paint.line, spec.paint.dash) == ("#ff0000", (4.0, 4.0))
    assert spec.paint.casing == base.paint.casing
    assert spec.field("SPWH").confidence == "profile:fictional-county"
    assert "fictional-county" in spec.confidence
    assert spec.field("YSDM") == base.field("YSDM")
    assert used.layer("DLTB") == profile().layer("DLTB")


def test_a_county_adds_and_removes_layers(written):
    used = user_profile(written(COUNTY))
    new = used.layer("BDBHX")
    assert new.id_field == "BSM" and new.area_field == "MJ" and new.paint.fill
    assert used.find("XZQDS") is None
    assert profile().layer("XZQDS")
    assert used.layer("WHCBDBHX").title.zh == "本地保护线(维护层)"


def test_a_county_decides_the_switches_of_the_three_classes(written):
    used = user_profile(written(COUNTY))
    assert profile().survey["0404"].three_class == "unused"
    assert used.survey["0404"].three_class == "agricultural"
    # 06 turns with everything under it, save what says otherwise.
    assert {used.land_use[c].three_class for c in ("06", "0602", "060201")} == {"construction"}
    assert {used.land_use[c].three_class for c in ("0601", "060101")} == {"agricultural"}
    assert used.survey["0404"].confidence_three_class == "profile:fictional-county"


def test_a_county_amends_codes_and_their_colours_reach_the_paint(written):
    used = user_profile(written(COUNTY))
    colours = {value: colour for value, colour, _ in used.layer("GHYDYH").paint.colours}
    assert colours["0701"] == "#abcdef"
    assert used.zones["550"].depth == 2 and used.zones["550"].colour == used.zones["500"].colour
    assert "550" in {value for value, _, _ in used.layer("GHFQ").paint.colours}


def test_profiles_build_on_one_another_province_city_county(written):
    written("name: province\nlayers:\n  CZKFBJ: {title: 省边界, order: 7}\n", "province.yaml")
    written("name: city\nextends: province.yaml\nland_use_edition: 2020\n", "city.yaml")
    used = user_profile(written("extends: city.yaml\nlayers:\n  CZKFBJ: {title: 县边界}\n"))
    spec = used.layer("CZKFBJ")
    assert (spec.title.zh, spec.order) == ("县边界", 7)
    assert used.land_use_edition == "2020-trial"
    assert used.files == ("national-2021.yaml", "province.yaml", "city.yaml", "county.yaml")


def test_a_profile_file_is_read_again_after_it_changed(written):
    import os

    file = written("extends: national-2021\nlayers:\n  CZKFBJ: {order: 7}\n")
    assert user_profile(file).layer("CZKFBJ").order == 7
    file.write_text("extends: national-2021\nlayers:\n  CZKFBJ: {order: 8}\n", encoding="utf-8")
    os.utime(file, ns=(1, 1))
    assert user_profile(file).layer("CZKFBJ").order == 8


def test_a_county_names_its_maintenance_layers_its_own_way(written):
    used = user_profile(written('maintenance: "{layer}{part}X"'))
    assert [s.code for s in used.maintenance("GHFQ")] == ["GHFQWHQX", "GHFQWHCX", "GHFQWHHX"]
    assert used.layer("WHQGHFQ").code == "GHFQWHQX"
    assert [s.code for s in profile().maintenance("GHFQ")] == ["WHQGHFQ", "WHCGHFQ", "WHHGHFQ"]


def test_a_land_use_code_keeps_its_leading_zero(written):
    # In plain YAML 0404 is the octal number 260.
    used = user_profile(written("three_class: {survey: {0404: 农用地}}"))
    assert used.survey["0404"].three_class == "agricultural"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("colour: red\n", 1, "没有“colour”"),
        ("layers:\n  CZKFB: {order: 1}\n", 2, "没有图层“CZKFB”"),
        ("layers:\n  CZKFBJ:\n    orde: 1\n", 3, "不认识的项"),
        ("layers:\n  CZKFBJ:\n    fields:\n      GHFQDN: {length: 3}\n", 4, "没有字段“GHFQDN”"),
        ("layers:\n  CZKFBJ:\n    fields:\n      GHFQDM: {kind: string}\n", 4, "不可用"),
        ("layers:\n  CZKFBJ:\n    required: [BSM, NOPE]\n", 3, "NOPE"),
        ("layers:\n  CZKFBJ:\n    area_field: NOPE\n", 3, "NOPE"),
        ("layers:\n  STBHHX:\n    area_field: QYMJ\n", 3, "km²"),
        ("layers:\n  CZKFBJ:\n    paint:\n      line: red\n", 4, "颜色"),
        ("layers:\n  CZKFBJ:\n    paint: {by: NOPE}\n", 3, "NOPE"),
        ("layers:\n  CZKFBJ:\n    aliases: [DLTB]\n", 3, "DLTB"),
        ("layers:\n  CZKFBJ:\n    fields:\n      MJ: {aliases: [BZ]}\n", 4, "BZ"),
        ("layers:\n  CZKFBJ:\n    group: future\n", 3, "不可用"),
        ("layers:\n  CZKFBJ: {order: 1}\n  CZKFBJ: {order: 2}\n", 3, "重复"),
        ("layers:\n  lower: {title: x, group: plan, geometry: polygon}\n", 2, "大写"),
        ("three_class:\n  survey:\n    9999: 农用地\n", 3, "9999"),
        ("three_class:\n  survey:\n    0404: 旱地\n", 3, "三大类"),
        ('classes:\n  zones:\n    999: {colour: "#000000"}\n', 3, "999"),
        ("classes:\n  zones:\n    550: {name: x, parent: 888}\n", 3, "888"),
        ("classes:\n  towns: {}\n", 2, "towns"),
        ("land_use_edition: 2030\n", 1, "2030"),
        ("zone_variant: nowhere\n", 1, "nowhere"),
        ("maintenance: " + '"{layer}"' + "\n", 1, "命名"),
        ("books: [plan, nowhere]\n", 1, "nowhere"),
        ("extends: nowhere\n", 1, "nowhere"),
        ("extends: nowhere.yaml\n", 1, "nowhere"),
        ("title: {zh: 只有中文}\n", 1, "名称"),
        ("layers:\n  CZKFBJ: {order: [1\n", 3, "YAML"),
        ("- a\n- b\n", None, "键"),
        ("note: &a [*a]\n", 1, "锚点"),
        ("note: \x00\n", None, "YAML"),
        ("? {a: b}\n: c\n", 1, "没有"),
        ("<<: {layers: {}}\n", 1, "<<"),
    ],
)
def test_a_contradiction_is_refused_with_file_and_line(written, text, line, words):
    with pytest.raises(StandardsFault) as caught:
        user_profile(written(text))
    assert words in caught.value.problem.zh
    assert caught.value.facts["line"] == line
    assert caught.value.problem.zh.startswith("county.yaml")
    assert caught.value.fix.zh and caught.value.fix.en


def test_profiles_that_extend_one_another_in_a_circle_are_refused(written):
    written("extends: b.yaml\n", "a.yaml")
    with pytest.raises(StandardsFault, match="环"):
        user_profile(written("extends: a.yaml\n", "b.yaml"))


def test_a_file_that_contradicts_the_profile_asked_for_is_refused(written):
    with pytest.raises(StandardsFault, match="矛盾"):
        profile("hangzhou", written("extends: national-2021-trial-classes\n"))
    assert profile("hangzhou", written("name: x\n")).zone_variant == "hangzhou"


def test_a_missing_file_and_a_file_that_is_not_utf8_are_refused(tmp_path):
    with pytest.raises(StandardsFault, match="找不到"):
        user_profile(tmp_path / "none.yaml")
    file = tmp_path / "gbk.yaml"
    file.write_bytes("title: 示例县".encode("gbk"))
    with pytest.raises(StandardsFault, match="UTF-8"):
        user_profile(file)
