"""Every benchmark with a small size, each in a process of its own: `make bench`. For full sizes run one by its name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SMALL = {
    "ledger": ("--entries", "20000"),
    "portfolio": ("--customers", "500"),
    "inbox": ("--tasks", "10000", "--pages", "20"),
    "imports": ("--rows", "3000,6000"),
    "records": ("--records", "20000", "--pages", "20"),
    "board": ("--customers", "20000"),
    # Many short rounds: on a busy machine some of them are quiet for each engine.
    "rules": ("--rounds", "16", "--seconds", "0.2", "--batch", "100000"),
}


def main() -> int:
    """1 where any of them failed."""
    here = Path(__file__).parent
    modules = [path for path in here.glob("*.py") if not path.stem.startswith("_")]
    found = sorted(path.stem for path in modules if "def main(" in path.read_text("utf-8"))  # others are their parts
    failed = []
    for name in found:
        print(f"\n== {name} {' '.join(SMALL.get(name, ()))}", flush=True)
        command = [sys.executable, "-m", f"bench.{name}", *SMALL.get(name, ())]
        if subprocess.run(command, cwd=here.parent).returncode:
            failed.append(name)
    if failed:
        print(f"\nfailed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
