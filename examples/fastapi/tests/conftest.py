"""The example's modules, without an environment of a deployment."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("BETTER_AUTH_URL", "http://localhost:3000")
