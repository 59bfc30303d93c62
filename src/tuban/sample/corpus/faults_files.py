"""1101–1401: hand-ins whose folders, files, names or layers are not what is asked for; and whole good ones."""

from __future__ import annotations

from tuban.errors import Text
from tuban.sample.corpus.change import box, new_layer
from tuban.sample.corpus.delivery import DATABASE, METADATA, ROOT, STEM, metadata
from tuban.sample.corpus.ground import CODE, NAME
from tuban.sample.corpus.model import Expect, Sample, World


def good(world: World) -> list[Expect]:
    """Leave the world as it is."""
    return []


def _no_folder(world: World) -> list[Expect]:
    world.folders.remove("6其他材料")
    world.files = {place: content for place, content in world.files.items() if not place.startswith("6")}
    return [Expect("1101", "其他材料")]


def _empty_folder(world: World) -> list[Expect]:
    world.files = {place: content for place, content in world.files.items() if not place.startswith("3")}
    return [Expect("1102", "规划说明")]


def _empty_file(world: World) -> list[Expect]:
    place = f"6其他材料/{STEM}公示材料.pdf"
    world.files[place] = b""
    return [Expect("1102", place)]


def _broken_document(world: World) -> list[Expect]:
    place = f"6其他材料/{STEM}会议纪要.docx"
    world.files[place] = b"PK\x03\x04 this was a document once"
    return [Expect("1102", place)]


def _other_file(world: World) -> list[Expect]:
    place = "6其他材料/安装程序.exe"
    world.files[place] = b"MZ not a program"
    return [Expect("1103", place)]


def _wrong_name(world: World) -> list[Expect]:
    # 410802 is 解放区, not 云栖县.
    name = DATABASE.rsplit("/", 1)[1].replace(CODE, "410802")
    world.database = f"5数据库/{name}"
    return [Expect("1201", name)]


def _unknown_code(world: World) -> list[Expect]:
    name = DATABASE.rsplit("/", 1)[1].replace(CODE, "998877")
    world.database = f"5数据库/{name}"
    return [Expect("1201", name)]


def _no_redline(world: World) -> list[Expect]:
    del world.layers["STBHHX"]
    return [Expect("1202", "STBHHX")]


def _unknown_layer(world: World) -> list[Expect]:
    world.layers["LINSHI_TC"] = world.layers["STBHHX"].iloc[:1].copy()
    return [Expect("1203", "LINSHI_TC")]


def _own_layer(world: World) -> list[Expect]:
    """Add a layer of the institute's own, named as such: allowed."""
    frame = world.layers["STBHHX"].iloc[:1].copy()
    frame["BSM"] = f"{CODE}009900000001"
    world.layers["QT_DIAOYAN"] = frame
    return []


def _no_metadata(world: World) -> list[Expect]:
    del world.files[METADATA]
    return [Expect("1301", ROOT)]


def _metadata_of_another_system(world: World) -> list[Expect]:
    world.files[METADATA] = metadata("西安80坐标系").replace("2000国家大地坐标系 ".encode(), b"")
    return [Expect("1301", METADATA)]


def _triple_incomplete(world: World) -> list[Expect]:
    world.layers = {"WHQCZKFBJ": world.layers["CZKFBJ"]}
    new_layer(
        world, "WHCCZKFBJ", 29, [box(1200, 800, 1600, 820)], YSDM=str(world.layers["WHQCZKFBJ"]["YSDM"].iloc[0]),
        WHLX="1", WHBH="20260101000001", XZQDM=CODE, XZQMC=NAME,
    )  # fmt: skip
    return [Expect("1401", "WHHCZKFBJ")]


def _several(world: World) -> list[Expect]:
    """Put three unlike faults into one hand-in."""
    return [*_other_file(world), *_broken_document(world), *_metadata_of_another_system(world)]


SAMPLES: tuple[Sample, ...] = (
    Sample("0000-good-gpkg", Text("合格的 GeoPackage", "A good GeoPackage"), "gpkg", (), good),
    Sample("0000-good-gdb", Text("合格的 FileGDB", "A good FileGDB"), "gdb", (), good),
    Sample("0000-good-gdb-zip", Text("合格的 FileGDB 压缩包", "A good zipped FileGDB"), "gdb.zip", (), good),
    Sample("0000-good-shp", Text("合格的 Shapefile 文件夹", "A good folder of shapefiles"), "shp", (), good),
    Sample("0000-good-delivery", Text("合格的成果目录", "A good hand-in"), "delivery", (), good, "delivery"),
    Sample(
        "0000-good-delivery-zip",
        Text("合格的成果压缩包", "A good zipped hand-in"),
        "delivery.zip",
        (),
        good,
        "delivery",
    ),
    Sample(
        "1101-no-folder",
        Text("缺少文件夹", "A folder is missing"),
        "delivery",
        ("1101",),
        _no_folder,
        "delivery",
    ),
    Sample(
        "1102-empty-folder",
        Text("文件夹内没有文档", "A folder without its document"),
        "delivery",
        ("1102",),
        _empty_folder,
        "delivery",
    ),
    Sample(
        "1102-empty-file",
        Text("文件为 0 字节", "A file of 0 bytes"),
        "delivery",
        ("1102",),
        _empty_file,
        "delivery",
    ),
    Sample(
        "1102-broken-document",
        Text("文档打不开", "A document that does not open"),
        "delivery",
        ("1102",),
        _broken_document,
        "delivery",
    ),
    Sample(
        "1103-other-file",
        Text("规定以外的文件", "A file of another kind"),
        "delivery",
        ("1103",),
        _other_file,
        "delivery",
    ),
    Sample(
        "1201-wrong-name",
        Text("名称与行政区代码不符", "Name and code disagree"),
        "delivery",
        ("1201",),
        _wrong_name,
        "delivery",
    ),
    Sample(
        "1201-unknown-code",
        Text("行政区代码不存在", "No such code"),
        "delivery",
        ("1201",),
        _unknown_code,
        "delivery",
    ),
    Sample(
        "1202-no-redline", Text("缺少必选图层", "A required layer is missing"), "gpkg", ("1202",), _no_redline
    ),
    Sample(
        "1203-unknown-layer",
        Text("标准以外的图层", "A layer outside the standard"),
        "gpkg",
        ("1203",),
        _unknown_layer,
    ),
    Sample(
        "1203-good-own-layer",
        Text("自备图层,合格", "The institute's own layer: allowed"),
        "gpkg",
        ("1203",),
        _own_layer,
    ),
    Sample(
        "1301-no-metadata", Text("没有元数据", "No metadata"), "delivery", ("1301",), _no_metadata, "delivery"
    ),
    Sample(
        "1301-other-system",
        Text("元数据坐标系不符", "Metadata of another system"),
        "delivery",
        ("1301",),
        _metadata_of_another_system,
        "delivery",
    ),
    Sample(
        "1401-incomplete",
        Text("维护图层不成套", "Maintenance layers incomplete"),
        "gdb",
        ("1401",),
        _triple_incomplete,
    ),
    Sample(
        "9001-several",
        Text("多种问题并存", "Several faults at once"),
        "delivery.zip",
        ("1102", "1103", "1301"),
        _several,
        "delivery",
    ),
)
