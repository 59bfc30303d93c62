"""The corpus' measure is a module beside the tests; it runs by itself too."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
