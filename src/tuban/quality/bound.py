"""Every rule's function: importing the list of rule files binds them."""

from __future__ import annotations

import tuban.quality.rules  # noqa: F401  # binds every rule to its number
from tuban.quality.register import RuleFunction, registered


def functions() -> dict[str, RuleFunction]:
    """Give every registered function by the id of its rule, in the order of the ids."""
    return registered()
