"""Where work over many pieces runs: on this machine, or on a cluster; one line of settings decides."""

from __future__ import annotations

from tuban.engine.base import Engine
from tuban.engine.local import Local
from tuban.errors import Text, WrongUse

__all__ = ["Engine", "Local", "open_engine"]


def open_engine(said: str = "local") -> Engine:
    """Give the engine that a setting names; close it, or use it in `with`.

    Parameters
    ----------
    said : `local` (threads, as many as there are processors) or `local:4`; `dask` or `dask:4` (so many
        processes on this machine, started here and stopped at the end); `dask://host:8786` (a cluster that
        runs already, by the address of its scheduler).

    Raises
    ------
    WrongUse : another word; Dask not installed; nobody answers at that address.
    """
    name, _, rest = said.strip().partition(":")
    if name == "local" and _is_count(rest):
        return Local(int(rest) if rest else None)
    if name == "dask" and (_is_count(rest) or rest.startswith("//")):
        try:
            from tuban.engine.dask import Dask
        except ImportError as error:
            raise WrongUse(
                Text("没有安装 Dask,不能用集群运行。", "Dask is not installed, so there is no cluster."),
                Text(
                    "安装附加组件 tuban[cluster],或改用 TUBAN_ENGINE=local。",
                    "Install the extra tuban[cluster], or set TUBAN_ENGINE=local.",
                ),
                engine=said,
            ) from error
        return Dask(f"tcp:{rest}") if rest.startswith("//") else Dask(workers=int(rest) if rest else None)
    raise WrongUse(
        Text(f"不认识运行方式“{said}”。", f"There is no engine “{said}”."),
        Text(
            "TUBAN_ENGINE(或 --engine)可为 local、local:4、dask、dask:4 或 dask://主机:8786。",
            "TUBAN_ENGINE (or --engine) is local, local:4, dask, dask:4 or dask://host:8786.",
        ),
        engine=said,
    )


def _is_count(rest: str) -> bool:
    return not rest or (rest.isascii() and rest.isdigit() and 0 < int(rest) <= 1024)
