"""The command that verifies a trail file and says in plain words what it found."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ledger.findings import EXIT_CODES, VERDICTS, Report
from ledger.strict import Malformed
from ledger.trail import TrustedKey, parse_trusted_key
from ledger.verify import verify_bundle

MAX_TEXT_FILE = 1_000_000
LINES = {
    "file": ("文件：{file}", "file: {file}"),
    "log": (
        "账本：{origin}，签章点共 {size} 条，根 {root}",
        "ledger: {origin}, checkpoint over {size} entries, root {root}",
    ),
    "counted": ("已核验：{entries} 条记录，{subjects} 个主体", "verified: {entries} entries of {subjects} subjects"),
    "signed": ("签名公钥：{key}", "signed with public key: {key}"),
    "own_keys": (
        "注意：公钥取自文件本身，只能证明前后一致，不能证明来源。请向账本所有者另行索取公钥，用 --key 再验一次",
        "note: the public key came from the file itself, which shows consistency but not origin. "
        "Get the key from the ledger's owner by another way and verify again with --key",
    ),
    "more": ("另有 {count} 处未逐条列出", "{count} more findings are not listed"),
    "bad_key": ("读不出公钥文件：{file}", "the public key file cannot be read: {file}"),
    "bad_file": ("打不开文件：{file}", "the file cannot be opened: {file}"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code: 0 intact, 1 tampered, 2 incomplete, 3 unreadable, 4 shorter than anchored."""
    options = _options(arguments)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")  # a console without Chinese must not end the report
    lang = options.lang
    trusted: list[TrustedKey] = []
    for name in options.key:
        try:
            trusted += _read_keys(name)
        except (OSError, ValueError):
            _say(lang, "bad_key", file=name)
            return EXIT_CODES["unreadable"]
    anchored = None
    if options.anchored is not None:
        try:
            anchored = _read_text(options.anchored)
        except (OSError, ValueError):
            _say(lang, "bad_file", file=options.anchored)
            return EXIT_CODES["unreadable"]
    try:
        with open(options.file, "rb") as source:
            report = verify_bundle(source, trusted, anchored)
    except OSError:
        _say(lang, "bad_file", file=options.file)
        return EXIT_CODES["unreadable"]
    _say(lang, "file", file=options.file)
    print_report(report, lang)
    return report.exit_code


def print_report(report: Report, lang: str) -> None:
    """The report as lines: what was verified, each finding with its place, and the verdict last."""
    if report.origin:
        _say(lang, "log", origin=report.origin, size=report.size, root=report.root)
    _say(lang, "counted", entries=report.entries, subjects=report.subjects)
    for key in report.keys:
        _say(lang, "signed", key=key)
    if report.own_keys:
        _say(lang, "own_keys")
    for finding in report.findings:
        _print(f"[{finding.grade}] {finding.code}: {finding.sentence(lang)}")
    if report.unlisted:
        _say(lang, "more", count=report.unlisted)
    _print(f"{report.verdict}: {VERDICTS[report.verdict][0 if lang == 'zh' else 1]}")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="verify", description="核验审计轨迹文件 / verify an audit trail file")
    parser.add_argument("command", choices=["verify"], nargs="?", default="verify", help=argparse.SUPPRESS)
    parser.add_argument("file", metavar="FILE", help="轨迹文件 (zip) / the trail file")
    parser.add_argument(
        "--key",
        action="append",
        default=[],
        metavar="PUBLIC_KEY_FILE",
        help="可信公钥文件，可多次给出 / a trusted public key, may be repeated",
    )
    parser.add_argument(
        "--anchored", metavar="CHECKPOINT_FILE", help="在别处保存的签章点 / a checkpoint kept elsewhere"
    )
    parser.add_argument("--lang", choices=["zh", "en"], default="zh", help="输出语言 / language of the report")
    return parser.parse_args(arguments)


def _read_text(name: str) -> str:
    with Path(name).open("rb") as file:
        return file.read(MAX_TEXT_FILE).decode("utf-8")


def _read_keys(name: str) -> list[TrustedKey]:
    """One key file of JSON, or text with one key a line; blank lines and lines that begin with # are passed over."""
    text = _read_text(name)
    if text.lstrip().startswith("{"):
        return [parse_trusted_key(text)]
    keys = [parse_trusted_key(line) for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if not keys:
        raise Malformed("key.malformed", name=name)
    return keys


def _say(lang: str, line: str, **params: object) -> None:
    _print(LINES[line][0 if lang == "zh" else 1].format_map(params))


def _print(line: str) -> None:
    """One line, with control characters of a hostile file made visible instead of obeyed by the terminal."""
    print("".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in line))
