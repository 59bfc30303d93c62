"""What one running service holds: the workspace and what was made ready from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tuban.domain.layer import LayerSpec
from tuban.domain.version import LayerVersion
from tuban.service.legend import Legends
from tuban.service.tables import OpenRows, Rows
from tuban.service.tasks import Tasks
from tuban.service.tileset import OpenTiles
from tuban.service.warming import Kernels
from tuban.settings import Settings
from tuban.standards.load import Profile
from tuban.store.workspace import Workspace
from tuban.workflows.intake import profile_of
from tuban.workflows.prepare import sweep


@dataclass(slots=True)
class State:
    """Opened by `create_app`, closed when the service stops."""

    workspace: Workspace
    settings: Settings
    profile: Profile
    rows: OpenRows
    tiles: OpenTiles
    tasks: Tasks
    legends: Legends
    kernels: Kernels

    def spec(self, code: str) -> LayerSpec:
        """Give the definition of a layer."""
        return self.profile.layer(code)

    def versions_by_code(self) -> dict[str, list[LayerVersion]]:
        """Give the versions of every layer that has any not withdrawn: one question instead of one a layer."""
        found: dict[str, list[LayerVersion]] = {}
        for version in self.workspace.versions():
            found.setdefault(version.code, []).append(version)
        return found

    def rows_of(self, version: LayerVersion) -> Rows:
        """Give the rows of a version, ready to be asked."""
        return self.rows.of(version, self.workspace.path(version))

    def prepare(self) -> None:
        """Make tiles and tables ready in the background: what is in force today first, then the rest."""

        def layers() -> Iterator[tuple[LayerVersion, LayerSpec]]:
            first = self.workspace.in_force()
            rest = [version for version in self.workspace.versions() if version != first.get(version.code)]
            for version in [*first.values(), *rest]:
                self.rows_of(version)
                yield version, self.spec(version.code)

        self.tiles.prepare_all(layers)

    def close(self) -> None:
        """Stop the background work."""
        self.tasks.close()
        self.tiles.close()


def open_state(workspace: Workspace, settings: Settings, kernels: Kernels | None = None) -> State:
    """Make the state of a service over an open workspace."""
    standards = profile_of(workspace, None)
    kernels = kernels or Kernels()
    sweep(workspace)
    return State(
        workspace,
        settings,
        standards,
        OpenRows(workspace.cache_dir("rows")),
        OpenTiles(workspace, settings.tile_memory_bytes, kernels.wait),
        Tasks(workspace.cache_dir("tasks"), settings.kept_tasks),
        Legends(workspace, standards),
        kernels,
    )
