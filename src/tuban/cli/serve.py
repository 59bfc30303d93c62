"""`tuban serve`: the workspace in the browser."""

from __future__ import annotations

import click

from tuban.cli.say import say
from tuban.errors import Text


@click.command("serve", help="在浏览器中打开工作区 · serve the workspace to the browser")
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址 · address to listen on")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="端口 · port")
@click.option("--open/--no-open", "open_browser", default=True, help="打开浏览器 · open the browser")
@click.pass_obj
def command(obj: dict, host: str, port: int, open_browser: bool) -> None:
    """Serve until stopped."""
    from tuban.service.warming import Kernels

    # Before the service loads its libraries: on a new machine both take seconds.
    kernels = Kernels()
    kernels.start()
    from tuban.service.run import serve

    say(
        Text(
            f"“一张图”:http://{host}:{port}  (Ctrl+C 停止)", f"The map: http://{host}:{port}  (Ctrl+C stops)"
        )
    )
    serve(obj["workspace"], host=host, port=port, open_browser=open_browser, kernels=kernels)
