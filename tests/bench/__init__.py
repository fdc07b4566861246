"""What venvhook costs, beside others: `python -m tests.bench --help`. Figures are made by hand; only that it runs is
tested.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
for _folder in (ROOT, ROOT / "tests"):  # for `venvhook` and for `shell.world`, from wherever this is started
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))
