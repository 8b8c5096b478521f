"""A PostgreSQL of the run's own, thrown away with it: what nobody wants back after a loss of power waits for no disk.

The processes of a run share one server. Each holds a pipe open while it needs it; when the last of them lets go, or
dies, the pipe ends, and with it the server and its folder.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg

from tests.waiting import until

GIVEN = "CREDENCE_TEST_POSTGRES"
USUAL = "postgresql://postgres@127.0.0.1:5432/postgres"
ACCOUNT = "postgres"  # whom Debian's package makes: the server refuses to run as root
SETTINGS = (
    "fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0",
    "max_wal_size=4GB", "shared_buffers=256MB", "autovacuum=off", "jit=off", "listen_addresses=127.0.0.1",
)  # fmt: skip
KEEPER = """
home=$1
shift
{
  "$@" -D "$home/data" -k "$home" >"$home/log" 2>&1 &
  cat "$home/held" >/dev/null
  kill -QUIT $!
  wait
  rm -rf "$home"
} >/dev/null 2>&1 </dev/null &
"""


@contextmanager
def server(root: Path) -> Iterator[str]:
    """The address of a server: the one given, the run's own, or the machine's where its programs are not at hand.

    `root` is a folder that the processes of this run share.
    """
    programs = _programs()
    if GIVEN in os.environ or programs is None:
        yield os.environ.get(GIVEN, USUAL)
        return
    with open(root / "postgres.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        note = root / "postgres.address"
        running = _joined(note) if note.exists() else None
        address, pipe = running or _start(programs, note)
    try:
        yield address
    finally:
        os.close(pipe)


def _programs() -> Path | None:
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name), default=None)


def _joined(note: Path) -> tuple[str, int] | None:
    """The server that another process of the run has started, if it still runs."""
    address, held = note.read_text().split()
    try:
        pipe = os.open(held, os.O_RDWR)
    except OSError:
        return None
    if _answers(address):
        return address, pipe
    os.close(pipe)
    return None


def _start(programs: Path, note: Path) -> tuple[str, int]:
    """A server and the process that ends it: its address, noted for others, and the pipe by which it is held."""
    home = Path(tempfile.mkdtemp(prefix="credence-postgres-"))
    held = home / "held"
    os.mkfifo(held)
    account = ACCOUNT if os.geteuid() == 0 else None
    if account:
        for path in (home, held):
            shutil.chown(path, account, account)
    make = ("-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "-D", home / "data")
    subprocess.run([programs / "initdb", *make], check=True, capture_output=True, cwd="/", user=account, group=account)
    pipe = os.open(held, os.O_RDWR)  # before the keeper reads it, who would end at once
    port = _free_port()
    run = (programs / "postgres", "-p", str(port), *(part for each in SETTINGS for part in ("-c", each)))
    keep = ("sh", "-c", KEEPER, "keeper", str(home), *map(str, run))
    subprocess.run(keep, check=True, cwd="/", start_new_session=True, user=account, group=account)
    address = f"postgresql://postgres@127.0.0.1:{port}/postgres"
    until(lambda: _answers(address), 60, lambda: (home / "log").read_text())
    note.write_text(f"{address}\n{held}\n")
    return address, pipe


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(address: str) -> bool:
    try:
        psycopg.connect(address, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True
