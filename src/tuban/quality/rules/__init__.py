"""Every rule file, by name: importing this list registers the rules."""

from tuban.quality.rules import basis, completeness, values

ALL = (basis, completeness, values)
