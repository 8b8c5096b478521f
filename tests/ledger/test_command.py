"""The command: what it prints, its five exit codes, and the single file that an auditor runs alone."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger import single
from ledger.cli import main
from ledger.single import verifier_source
from tests.ledger.sample import ORIGIN, Log, bundle_of, make_log, signer, unzip, zipped
from tests.shared import ROOT

LOG = make_log(23)
DATA = bundle_of(LOG)
TRAIL = unzip(DATA)
Run = Callable[..., tuple[int, str]]


@pytest.fixture(params=["module", "single file"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    """Runs the verifier in another process: as the package's module, or as the one file in an empty folder."""

    def act(*arguments: str) -> tuple[int, str]:
        if request.param == "module":
            command, folder = [sys.executable, "-m", "ledger", "verify"], ROOT
        else:
            folder = tmp_path / "empty"
            folder.mkdir(exist_ok=True)
            (folder / "verify_trail.py").write_text(verifier_source(), "utf-8")
            command = [sys.executable, "-I", "-W", "error", "verify_trail.py"]
        done = subprocess.run(
            [*command, *arguments], cwd=folder, capture_output=True, timeout=60, env={**os.environ, "PYTHONUTF8": "1"}
        )
        assert done.stderr == b""
        return done.returncode, done.stdout.decode("utf-8")

    return act


def write(folder: Path, name: str, content: bytes | str) -> str:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def test_intact(run: Run, tmp_path: Path) -> None:
    file = write(tmp_path, "trail.zip", DATA)
    key = write(tmp_path, "ledger.pub", f"# our ledger\n\n{signer().key}\n")
    anchored = write(tmp_path, "kept.txt", LOG.checkpoint(11))
    code, said = run(file, "--key", key, "--anchored", anchored)
    assert code == 0
    assert said.splitlines()[0] == f"文件：{file}"
    assert "已核验：8 条记录，1 个主体" in said
    assert str(signer().key) in said
    assert "公钥取自文件本身" not in said
    assert said.endswith("intact: 完整，未被改动\n")


def test_a_key_from_the_file_itself_is_named_and_warned_of(run: Run, tmp_path: Path) -> None:
    code, said = run(write(tmp_path, "trail.zip", DATA), "--lang", "en")
    assert code == 0
    assert str(signer().key) in said
    assert "note: the public key came from the file itself" in said
    assert said.endswith("intact: complete and unaltered\n")


def test_tampered_names_the_index(run: Run, tmp_path: Path) -> None:
    changed = TRAIL["entries.jsonl"].replace(b'"step":13', b'"step":99')
    code, said = run(write(tmp_path, "trail.zip", zipped({**TRAIL, "entries.jsonl": changed})))
    assert code == 1
    assert "[tampered] entry.altered: 账本序号 13 的记录被改动（case case1 的第 5 条）" in said
    assert said.endswith("tampered: 被改动过\n")


def test_incomplete(run: Run, tmp_path: Path) -> None:
    members = {name: content for name, content in TRAIL.items() if name != "proofs/13.tlog-proof"}
    code, said = run(write(tmp_path, "trail.zip", zipped(members)), "--lang", "en")
    assert code == 2
    assert "[incomplete] proof.missing: entry 13 has no inclusion proof" in said
    assert said.endswith("incomplete: something is missing\n")


def test_unreadable(run: Run, tmp_path: Path) -> None:
    code, said = run(write(tmp_path, "trail.zip", DATA[:-40]))
    assert code == 3
    assert "[unreadable] file.not_zip" in said


def test_shorter_than_anchored(run: Run, tmp_path: Path) -> None:
    anchored = write(tmp_path, "kept.txt", make_log(30).checkpoint())
    code, said = run(write(tmp_path, "trail.zip", DATA), "--anchored", anchored)
    assert code == 4
    assert "账本只有 23 条，少于外部保存的签章点所记的 30 条" in said


# ---- in this process: the cases that need no second one


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["verify", *arguments])
    return code, capsys.readouterr().out


def test_a_forger_with_his_own_key_passes_only_without_ours(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import ledger
    from tests.ledger.sample import trail_of

    forger = signer(seed=66)
    trail = trail_of(LOG, checkpoint=LOG.checkpoint(by=forger), earlier=[], keys=[ledger.PublicKey(forger.key)])
    file = write(tmp_path, "trail.zip", ledger.write_bundle(trail, forger))
    assert call(capsys, file)[0] == 0
    code, said = call(capsys, file, "--key", write(tmp_path, "key", str(signer().key)))
    assert code == 1
    assert "seal.forged" in said
    assert "checkpoint.forged" in said


def test_a_key_file_of_a_bundle_is_a_key_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path, "trail.zip", DATA)
    key = write(tmp_path, "key.json", TRAIL[f"keys/{signer().key.id.hex()}.json"])
    assert call(capsys, file, "--key", key)[0] == 0


@pytest.mark.parametrize(
    "key",
    ["", "# only a remark\n", "nonsense", "{}", '{"key":1,"valid_from":null,"valid_until":null}', "[]", "\ud800",
     '{"key":"a+00000000+AAAA","valid_from":null,"valid_until":null}',
     '{"key":"a+00000000+AAAA","valid_from":1,"valid_until":null}'],
)  # fmt: skip
def test_a_key_that_cannot_be_read(key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path, "trail.zip", DATA)
    path = write(tmp_path, "key", key.encode("utf-8", "surrogatepass"))
    code, said = call(capsys, file, "--key", path)
    assert (code, said) == (3, f"读不出公钥文件：{path}\n")


def test_files_that_are_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path, "trail.zip", DATA)
    assert call(capsys, "/no/such/file", "--lang", "en") == (3, "the file cannot be opened: /no/such/file\n")
    assert call(capsys, file, "--key", "/no/such/key")[0] == 3
    assert call(capsys, file, "--anchored", "/no/such/checkpoint")[0] == 3
    assert call(capsys, str(tmp_path))[0] == 3


ANCHORED: list[tuple[str, int, str]] = [
    (LOG.checkpoint(), 0, ""),
    (LOG.checkpoint(0), 0, ""),
    (LOG.checkpoint(11), 0, ""),
    (LOG.checkpoint(7), 2, "anchored.unlinked"),
    (make_log(11, subjects=2).checkpoint(), 1, "anchored.forked"),
    (make_log(23, subjects=2).checkpoint(), 1, "anchored.forked"),
    (LOG.checkpoint(11, by=signer(seed=66)), 1, "anchored.forged"),
    (make_log(30).checkpoint(), 4, "anchored.shorter"),
    ("nonsense", 3, "anchored.malformed"),
]


@pytest.mark.parametrize(("note", "exit_code", "finding"), ANCHORED)
def test_anchored_checkpoints(
    note: str, exit_code: int, finding: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, "trail.zip", DATA)
    code, said = call(capsys, file, "--anchored", write(tmp_path, "kept.txt", note))
    assert code == exit_code
    assert finding in said


def test_a_checkpoint_of_another_ledger_is_no_anchor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = signer("other.example")
    keys = write(tmp_path, "keys", f"{signer().key}\n{other.key}\n")
    note = write(tmp_path, "kept.txt", LOG.checkpoint(11, by=other))
    code, said = call(capsys, write(tmp_path, "trail.zip", DATA), "--key", keys, "--anchored", note)
    assert code == 1
    assert "anchored.forged" in said


def test_a_hostile_name_cannot_steer_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path, "trail.zip", zipped({**TRAIL, "a\x1b[2Jb": b""}))
    _code, said = call(capsys, file)
    assert "\x1b" not in said
    assert "\\x1b" in said


def test_many_findings_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    junk = b"x\n" * 1500
    code, said = call(capsys, write(tmp_path, "trail.zip", zipped({**TRAIL, "entries.jsonl": junk})))
    assert code == 1
    assert "处未逐条列出" in said


def test_the_single_file_imports_nothing_of_ours() -> None:
    tree = ast.parse(verifier_source())
    roots = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            roots |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            roots.add((node.module or "").split(".")[0])
    assert roots - set(sys.stdlib_module_names) == {"cryptography"}
    assert TRAIL["verify_trail.py"].decode() == verifier_source()


def test_the_package_prints_the_single_file() -> None:
    done = subprocess.run([sys.executable, "-m", "ledger", "verifier"], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout.decode() == verifier_source()


def test_names_that_would_hide_one_another_are_refused() -> None:
    taken = {"main": "cli"}
    with pytest.raises(ValueError, match="main stands in cli and in other"):
        single._section("other", '"""Other."""\n\ndef main() -> None: ...\n', taken)


def test_the_same_findings_from_both(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One implementation: what the joined file prints is what the package prints."""
    other = Log(LOG.entries[:20], LOG.tree)
    file = write(tmp_path, "trail.zip", zipped({**TRAIL, "checkpoint.txt": other.checkpoint(20).encode()}))
    script = write(tmp_path, "verify_trail.py", verifier_source())
    done = subprocess.run([sys.executable, "-I", script, file], capture_output=True, env={"PYTHONUTF8": "1"})
    code, said = call(capsys, file)
    assert (done.returncode, done.stdout.decode()) == (code, said)
    assert ORIGIN in said
