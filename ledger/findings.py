"""What verification can find, how grave each finding is, and its sentence in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Grade = Literal["tampered", "incomplete", "unreadable", "shorter"]

EXIT_CODES: Mapping[str, int] = {"intact": 0, "tampered": 1, "incomplete": 2, "unreadable": 3, "shorter": 4}
MAX_FINDINGS = 1000

# code: (grade, Chinese, English). The catalogue of the pages holds the same sentences; a test compares them.
SENTENCES: Mapping[str, tuple[Grade, str, str]] = {
    "file.not_zip": (
        "unreadable",
        "文件不是可读的 zip 包，或已被截断",
        "the file is not a readable zip archive, or it was cut short",
    ),
    "file.not_bundle": (
        "unreadable",
        "文件里没有审计轨迹（缺少 manifest.json）",
        "the file holds no audit trail (manifest.json is missing)",
    ),
    "file.damaged": ("unreadable", "包内文件 {name} 已损坏，读不出来", "member {name} is damaged and cannot be read"),
    "file.too_large": ("unreadable", "包内文件 {name} 超过允许的大小", "member {name} is larger than allowed"),
    "file.bad_name": ("unreadable", "包内文件名 {name} 不允许", "member name {name} is not allowed"),
    "file.repeated_name": ("unreadable", "包内文件名 {name} 重复出现", "member name {name} occurs more than once"),
    "file.malformed": (
        "unreadable",
        "包内文件 {name} 的内容不符合格式",
        "member {name} is not written as it should be",
    ),
    "key.malformed": ("unreadable", "公钥 {name} 读不出来", "public key {name} cannot be read"),
    "member.missing": ("incomplete", "缺少包内文件 {name}", "member {name} is missing"),
    "member.altered": ("tampered", "包内文件 {name} 与封签时不同", "member {name} differs from what was sealed"),
    "member.unlisted": ("tampered", "包内文件 {name} 不在封签清单里", "member {name} is not in the sealed list"),
    "seal.missing": (
        "incomplete",
        "没有封签，无法证明轨迹到此为止",
        "there is no seal, so nothing proves where the trail ends",
    ),
    "seal.forged": (
        "tampered",
        "封签无效：清单被改动，或不是用可信公钥签的",
        "the seal is not valid: the list was changed, or no trusted key signed it",
    ),
    "key.missing": ("incomplete", "没有可用来核验签名的公钥", "there is no public key to check signatures with"),
    "key.expired": (
        "tampered",
        "封签时间 {at} 不在公钥 {name} 的有效期内",
        "the seal was made at {at}, outside the validity of key {name}",
    ),
    "checkpoint.malformed": (
        "tampered",
        "签章点 {name} 的内容不符合格式",
        "checkpoint {name} is not written as it should be",
    ),
    "checkpoint.forged": (
        "tampered",
        "签章点 {name} 的签名无效，或不是用可信公钥签的",
        "the signature of checkpoint {name} is not valid, or no trusted key made it",
    ),
    "checkpoint.mismatch": (
        "tampered",
        "签章点 {name} 与清单所写的账本不一致",
        "checkpoint {name} is not the head that the list names",
    ),
    "entry.malformed": (
        "tampered",
        "第 {place} 行记录读不出来（{reason}）",
        "the entry on line {place} cannot be read ({reason})",
    ),
    "entry.altered": (
        "tampered",
        "账本序号 {index} 的记录被改动（{subject_type} {subject_id} 的第 {seq} 条）",
        "entry {index} was altered ({subject_type} {subject_id}, number {seq})",
    ),
    "entry.unknown": (
        "tampered",
        "{subject_type} {subject_id} 的第 {seq} 条记录不在账本里",
        "{subject_type} {subject_id} number {seq} is not in the ledger",
    ),
    "entry.missing": (
        "incomplete",
        "缺少记录：{subject_type} {subject_id} 的第 {seq} 条（账本序号 {index}）",
        "an entry is missing: {subject_type} {subject_id} number {seq} (ledger index {index})",
    ),
    "entry.repeated": (
        "tampered",
        "记录重复或次序颠倒：{subject_type} {subject_id} 的第 {seq} 条（账本序号 {index}）",
        "an entry is repeated or out of order: {subject_type} {subject_id} number {seq} (ledger index {index})",
    ),
    "chain.broken": (
        "tampered",
        "账本序号 {index} 的记录（{subject_type} {subject_id} 的第 {seq} 条）接不上它的前一条：两条中至少一条被改动",
        "entry {index} ({subject_type} {subject_id} number {seq}) does not follow from the one before: "
        "one of the two was altered",
    ),
    "trail.cut": (
        "incomplete",
        "{subject_type} {subject_id} 应有 {expected} 条记录，只有 {found} 条",
        "{subject_type} {subject_id} should have {expected} entries and has {found}",
    ),
    "trail.head": (
        "tampered",
        "{subject_type} {subject_id} 的最后一条记录不是封签所写的那一条",
        "the last entry of {subject_type} {subject_id} is not the one that was sealed",
    ),
    "trail.state": (
        "incomplete",
        "{subject_type} {subject_id} 的记录没有走到所写的状态：{member} 应为 {expected}，记录里是 {found}",
        "the entries of {subject_type} {subject_id} do not end in the state named: "
        "{member} should be {expected} and is {found}",
    ),
    "trail.unlisted": (
        "tampered",
        "{subject_type} {subject_id} 的记录不在封签清单里",
        "the entries of {subject_type} {subject_id} are not in the sealed list",
    ),
    "proof.missing": ("incomplete", "账本序号 {index} 的记录缺少存在证明", "entry {index} has no inclusion proof"),
    "proof.forged": (
        "tampered",
        "账本序号 {index} 的存在证明不成立",
        "the inclusion proof of entry {index} does not hold",
    ),
    "root.mismatch": (
        "tampered",
        "账本序号 {first} 至 {last} 之间的记录与签章点（共 {size} 条）不符",
        "entries {first} to {last} do not lead to the checkpoint over {size} entries",
    ),
    "definition.missing": (
        "incomplete",
        "缺少记录所引用的配置：{name}",
        "a definition that entries refer to is missing: {name}",
    ),
    "definition.altered": (
        "tampered",
        "配置 {name} 与记录所引用的指纹不符",
        "definition {name} does not have the fingerprint that entries name",
    ),
    "history.forged": (
        "tampered",
        "账本从 {first} 条到 {second} 条不是只增不改",
        "from {first} to {second} entries the ledger was not only added to",
    ),
    "history.missing": (
        "incomplete",
        "缺少账本从 {first} 条到 {second} 条的一致性证明",
        "there is no consistency proof from {first} to {second} entries",
    ),
    "anchored.malformed": ("unreadable", "外部保存的签章点读不出来", "the checkpoint kept elsewhere cannot be read"),
    "anchored.forged": (
        "tampered",
        "外部保存的签章点签名无效，或属于另一账本",
        "the checkpoint kept elsewhere is not validly signed, or belongs to another ledger",
    ),
    "anchored.shorter": (
        "shorter",
        "账本只有 {size} 条，少于外部保存的签章点所记的 {anchored} 条",
        "the ledger has {size} entries, fewer than the {anchored} of the checkpoint kept elsewhere",
    ),
    "anchored.forked": (
        "tampered",
        "账本与外部保存的签章点（共 {anchored} 条）内容不同",
        "the ledger differs from the checkpoint kept elsewhere over {anchored} entries",
    ),
    "anchored.unlinked": (
        "incomplete",
        "包里没有到外部签章点（共 {anchored} 条）的一致性证明，请用该签章点重新导出",
        "the file has no proof that links it to the checkpoint kept elsewhere over {anchored} entries; "
        "export it again with that checkpoint",
    ),
    "row.column": (
        "tampered",
        "账本序号 {index} 的记录：列 {column} 与记录正文不符（{subject_type} {subject_id} 的第 {seq} 条）",
        "entry {index}: column {column} differs from the entry itself ({subject_type} {subject_id}, number {seq})",
    ),
    "row.state": (
        "tampered",
        "{subject_type} {subject_id} 在数据库里的状态不是记录所到达的状态："
        "{member} 按记录应为 {expected}，数据库里是 {found}",
        "the state of {subject_type} {subject_id} in the database is not the one its entries lead to: "
        "{member} should be {expected} and is {found}",
    ),
    "row.missing": ("incomplete", "缺少账本序号 {first} 至 {last} 的记录", "entries {first} to {last} are missing"),
    "row.repeated": ("tampered", "账本序号 {index} 重复或次序颠倒", "ledger index {index} is repeated or out of order"),
}

VERDICTS: Mapping[str, tuple[str, str]] = {
    "intact": ("完整，未被改动", "complete and unaltered"),
    "tampered": ("被改动过", "something was altered"),
    "incomplete": ("不完整", "something is missing"),
    "unreadable": ("无法读取", "the file cannot be read"),
    "shorter": ("比外部保存的签章点短", "shorter than the checkpoint kept elsewhere"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it must be; `params` fill the sentence of `code` and name the place."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def grade(self) -> Grade:
        return SENTENCES[self.code][0]

    def sentence(self, lang: str) -> str:
        """In Chinese ("zh") or English."""
        return SENTENCES[self.code][1 if lang == "zh" else 2].format_map(self.params)


@dataclass(slots=True)
class Report:
    """What was verified and what was found. Findings beyond 1,000 are counted only."""

    findings: list[Finding] = field(default_factory=list)
    unlisted: int = 0
    grades: set[str] = field(default_factory=set)
    entries: int = 0
    subjects: int = 0
    origin: str = ""
    size: int = 0
    root: str = ""
    keys: list[str] = field(default_factory=list)
    own_keys: bool = False
    unsealed: int = 0

    def add(self, code: str, **params: Any) -> None:
        finding = Finding(code, params)
        self.grades.add(finding.grade)
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(finding)
        else:
            self.unlisted += 1

    @property
    def verdict(self) -> str:
        """intact, or the gravest grade found: what cannot be read is not judged, and tampering outweighs a gap."""
        for grade in ("unreadable", "tampered", "shorter", "incomplete"):
            if grade in self.grades:
                return grade
        return "intact"

    @property
    def exit_code(self) -> int:
        return EXIT_CODES[self.verdict]
