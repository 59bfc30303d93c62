"""Everything that can be configured: name, default, help. Read once, at the door."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tuban.errors import Text, WrongUse

PREFIX = "TUBAN_"


def setting(default: Any, zh: str, en: str) -> Any:
    """Declare one setting with its default and its help."""
    return field(default=default, metadata={"help": Text(zh, en)})


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process; each may be given as the environment variable `TUBAN_<NAME>`."""

    database: str = setting(
        "",
        "目录库的 PostgreSQL 地址(含口令);目录库在工作区文件夹内时留空",
        "PostgreSQL address of the catalogue, with password; empty where the workspace's folder holds it",
    )
    tianditu_key: str = setting(
        "",
        "天地图密钥;填写后地图可叠加天地图底图,浏览器只会访问天地图",
        "Tianditu key; with one, the browser may fetch that base map and nothing else from outside",
    )
    allowed_hosts: str = setting(
        "",
        "除本机外允许访问的主机名,逗号分隔(对外开放服务时填写)",
        "host names, besides this machine's, under which the service may be reached; comma separated",
    )
    max_upload_bytes: int = setting(
        2 * 1024**3, "单个上传文件的大小上限(字节)", "largest file that may be uploaded, in bytes"
    )
    max_page: int = setting(1000, "一次最多返回的对象数", "most objects in one answer")
    tile_memory_bytes: int = setting(
        128 * 1024**2, "内存中保留的瓦片总量(字节)", "tiles kept in memory, in bytes"
    )
    prepare_layers: bool = setting(
        True,
        "启动和入库后在后台准备瓦片(关闭后首次打开图层时再准备)",
        "prepare tiles in the background at start and after an import (else when a layer is first opened)",
    )
    engine: str = setting(
        "local",
        "大图层在哪里叠加:local、local:4、dask、dask:4 或 dask://主机:8786(集群)",
        "where large layers are overlaid: local, local:4, dask, dask:4, or dask://host:8786 (a cluster)",
    )
    kept_tasks: int = setting(200, "任务列表保留的条数", "tasks kept in the list")
    event_interval_s: float = setting(
        0.25, "任务进度推送的最短间隔(秒)", "shortest time between two progress events, in seconds"
    )


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Give the settings of this process: the defaults, then the environment.

    Raises
    ------
    WrongUse : a variable holds what its setting cannot be.
    """
    environ = os.environ if environ is None else environ
    given = {}
    for declared in dataclasses.fields(Settings):
        variable = PREFIX + declared.name.upper()
        if variable in environ:
            given[declared.name] = _parse(variable, environ[variable], type(declared.default))
    return Settings(**given)


def _parse(variable: str, raw: str, kind: type) -> Any:
    if kind is str:
        return raw.strip()
    if kind is bool and raw.strip().lower() in {"1", "true", "yes", "on", "0", "false", "no", "off"}:
        return raw.strip().lower() in {"1", "true", "yes", "on"}
    if kind in (int, float):
        try:
            value = kind(raw.strip())
        except ValueError:
            value = -1
        if value > 0:
            return value
    wanted = {int: ("正整数", "a positive whole number"), float: ("正数", "a positive number")}
    zh, en = wanted.get(kind, ("true 或 false", "true or false"))
    raise WrongUse(
        Text(
            f"环境变量 {variable} 的值“{raw}”无法使用。",
            f"The environment variable {variable} holds “{raw}”.",
        ),
        Text(f"请改为{zh},或删去该变量。", f"Give {en}, or unset it."),
        variable=variable,
    )
