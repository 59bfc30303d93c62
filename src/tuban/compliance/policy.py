"""What counts as taking ground: touch and slivers, said once and printed with every verdict."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

from tuban.errors import Text, WrongUse


@dataclass(frozen=True, slots=True)
class Policy:
    """When two outlines that should be one leave a strip between them, the strip is not a use of land.

    Touching at an edge or a corner takes no ground. A connected piece of common ground is a sliver if it is
    smaller than `sliver_m2` or on average narrower than `sliver_width_m` (2 · area / outline). Slivers are
    listed; where those of one layer together pass `slivers_together_m2` they count after all, since many
    small pieces are no accident of digitising. Project defaults; a profile or an option may set others.
    """

    sliver_m2: float = 1.0
    sliver_width_m: float = 0.1
    slivers_together_m2: float = 100.0

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if not math.isfinite(value) or value < 0:
                raise WrongUse(
                    Text(
                        f"{name} 应为不小于 0 的数,现为 {value}。", f"{name} must be 0 or more, is {value}."
                    ),
                    Text("请改正核验规则中的细碎面限值。", "Mend the limits for slivers."),
                )

    def as_dict(self) -> dict[str, float | str]:
        """Give it as it is printed."""
        return {"touch": "not counted", **asdict(self)}

    def sentence(self) -> Text:
        """Say it for the certificate."""
        return Text(
            f"仅边或点相接不计占用;单块小于 {self.sliver_m2:g} 平方米或平均宽度小于 {self.sliver_width_m:g} 米的"
            f"细碎面不计占用,另表列出;同一图层的细碎面合计超过 {self.slivers_together_m2:g} 平方米时计入。",
            f"Touching at an edge or corner takes no ground. Pieces under {self.sliver_m2:g} m² or narrower than "
            f"{self.sliver_width_m:g} m on average are slivers: listed, not counted, unless those of one layer "
            f"together pass {self.slivers_together_m2:g} m².",
        )
