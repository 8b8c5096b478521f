"""`python -m ledger verify FILE` verifies a trail; `python -m ledger verifier` prints the single-file verifier."""

from __future__ import annotations

import sys

from ledger.cli import main
from ledger.single import verifier_source

if __name__ == "__main__":
    if sys.argv[1:] == ["verifier"]:
        sys.stdout.buffer.write(verifier_source().encode("utf-8"))
        raise SystemExit(0)
    raise SystemExit(main())
