"""A look for viruses by a program of the house: none by default, any command by a setting."""

from __future__ import annotations

import logging
import shlex
import subprocess
from pathlib import Path
from typing import Protocol

from forms.raw import shown
from rules import Invalid, Problem

SECONDS = 60
PLACE = "{file}"
FOUND = 1  # what clamscan, clamdscan and others end with where they found something

log = logging.getLogger(__name__)


class Scanner(Protocol):
    """Raises Invalid where a content must not come in."""

    def __call__(self, path: Path, name: str) -> None: ...


def unscanned(path: Path, name: str) -> None:
    """No scanner is set up: nothing is looked at."""


def scanner(command: str) -> Scanner:
    """The scanner of a setting: a command that ends with 0 for clean and 1 for a finding; empty for none."""
    if not command.strip():
        return unscanned
    words = shlex.split(command)
    if not any(PLACE in word for word in words):
        words.append(PLACE)

    def scan(path: Path, name: str) -> None:
        call = [word.replace(PLACE, str(path)) for word in words]
        try:
            done = subprocess.run(call, capture_output=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL)
        except (OSError, subprocess.TimeoutExpired) as error:
            log.error("the scanner of files cannot be used: %s", error)
            raise Invalid([Problem("file.unscanned", params={"name": name})]) from None
        if done.returncode == FOUND:
            log.warning("the scanner refused a file: %s", shown(done.stdout.decode("utf-8", "replace"), 200))
            raise Invalid([Problem("file.infected", params={"name": name})])
        if done.returncode != 0:
            log.error("the scanner of files ended with %s", done.returncode)
            raise Invalid([Problem("file.unscanned", params={"name": name})])

    return scan
