"""Verify an exported trail from its bytes alone: nothing in the file is believed before it was recomputed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from ledger.archive import Archive
from ledger.chain import Chains, Head, Subject, read_body, replay_state
from ledger.checkpoint import Checkpoint, parse_hashes, parse_proof, verify_checkpoint
from ledger.findings import Report
from ledger.merkle import Frontier, leaf_hash, verify_consistency, verify_inclusion
from ledger.notes import Key, verify_note
from ledger.strict import Malformed
from ledger.trail import LEAVES, MANIFEST, REQUIRED, TrustedKey, definition_name, parse_trusted_key, seal_text, shaped


def verify_bundle(source: IO[bytes], keys: Sequence[TrustedKey] = (), anchored: str | None = None) -> Report:
    """Verify a trail file.

    keys      the public keys the reader trusts; without any, those inside the file are used and the report says so
    anchored  the signed note of a checkpoint that was kept elsewhere
    Never raises for what the file holds: everything that is wrong is a finding.
    """
    report = Report()
    try:
        archive = Archive(source)
        if "manifest.json" not in archive:
            raise Malformed("file.not_bundle")
        _Verifier(archive, report, tuple(keys)).run(anchored)
    except Malformed as error:
        report.add(error.code, **error.params)
    return report


@dataclass(slots=True)
class _Verifier:
    archive: Archive
    report: Report
    trusted: tuple[TrustedKey, ...]
    head: Checkpoint | None = None
    head_note: str = ""
    listed: dict[Subject, dict[int, tuple[int, str]]] = field(default_factory=dict)
    states: dict[Subject, dict[str, Any]] = field(default_factory=dict)
    pins: dict[str, str] = field(default_factory=dict)

    def run(self, anchored: str | None) -> None:
        for name in REQUIRED:
            if name not in self.archive and name != "seal.txt":
                self.report.add("member.missing", name=name)
        self._read_keys()
        manifest = shaped(self.archive, "manifest.json", MANIFEST)
        self._check_seal(manifest)
        self._check_members(manifest["files"])
        self._check_head(manifest)
        if "leaves.json" in self.archive and "entries.jsonl" in self.archive:
            self._read_leaves()
            chains = self._check_entries(whole=manifest["whole"])
            self._check_ends(manifest, chains)
        self._check_definitions()
        self._check_history()
        if anchored is not None:
            self._check_anchored(anchored)

    def _keys(self) -> list[Key]:
        return [trusted.key for trusted in self.trusted]

    def _read_keys(self) -> None:
        if not self.trusted:
            self.report.own_keys = True
            self.trusted = tuple(self._own_keys())
        if not self.trusted:
            self.report.add("key.missing")

    def _own_keys(self) -> Iterator[TrustedKey]:
        for name in self.archive.names:
            if name.startswith("keys/"):
                try:
                    yield parse_trusted_key(self.archive.text(name))
                except Malformed:
                    self.report.add("key.malformed", name=name)

    def _check_seal(self, manifest: Mapping[str, Any]) -> None:
        if "seal.txt" not in self.archive:
            self.report.add("seal.missing")
            return
        if not self.trusted:
            return
        try:
            text, signers = verify_note(self.archive.text("seal.txt"), self._keys())
        except Malformed:
            self.report.add("seal.forged")
            return
        origin = manifest["origin"]
        if text != seal_text(origin, self.archive.read("manifest.json")) or all(key.name != origin for key in signers):
            self.report.add("seal.forged")
            return
        at = manifest["exported_at"]
        for trusted in self.trusted:
            if trusted.key in signers:
                self.report.keys.append(str(trusted.key))
                if at < (trusted.valid_from or "") or (trusted.valid_until is not None and at > trusted.valid_until):
                    self.report.add("key.expired", at=at, name=str(trusted.key))

    def _check_members(self, files: Mapping[str, Any]) -> None:
        for name in files:
            if name not in self.archive and name not in REQUIRED:
                self.report.add("member.missing", name=name)
        for name in self.archive.names:
            if name in ("manifest.json", "seal.txt"):
                continue
            if name not in files:
                self.report.add("member.unlisted", name=name)
            elif self.archive.digest(name) != files[name]:
                self.report.add("member.altered", name=name)

    def _check_head(self, manifest: Mapping[str, Any]) -> None:
        if "checkpoint.txt" not in self.archive or not self.trusted:
            return
        self.head_note = self.archive.text("checkpoint.txt")
        self.head = self._checkpoint("checkpoint.txt", self.head_note)
        if self.head is None:
            return
        origin, size, root = self.head.origin, self.head.size, self.head.root.hex()
        self.report.origin, self.report.size, self.report.root = origin, size, root
        if (manifest["origin"], manifest["size"], manifest["root"]) != (origin, size, root):
            self.report.add("checkpoint.mismatch", name="checkpoint.txt")

    def _checkpoint(self, name: str, note: str) -> Checkpoint | None:
        try:
            return verify_checkpoint(note, self._keys())[0]
        except Malformed as error:
            malformed = error.code.endswith(".malformed")
            self.report.add("checkpoint.malformed" if malformed else "checkpoint.forged", name=name)
            return None

    def _read_leaves(self) -> None:
        for each in shaped(self.archive, "leaves.json", [LEAVES]):
            places: dict[int, tuple[int, str]] = {}
            for seq, index, leaf in each["leaves"]:
                places[seq] = (index, leaf)
            self.listed[Subject(each["subject_type"], each["subject_id"])] = places

    def _check_entries(self, *, whole: bool) -> Chains:
        chains = Chains(self.report)
        frontier = Frontier()
        for line, body in enumerate(self.archive.lines("entries.jsonl"), 1):
            self.report.entries += 1
            leaf = leaf_hash(body)
            try:
                members = read_body(body)
            except Malformed as error:
                self.report.add("entry.malformed", place=line, reason=error.code)
                continue
            index = self._check_entry(members, leaf, chains)
            if whole and index is not None and index == frontier.size:
                frontier.append(leaf)
            elif index is not None:
                self._check_proof(index, leaf)
        if whole and self.head is not None and (frontier.size, frontier.root()) != (self.head.size, self.head.root):
            self.report.add("root.mismatch", first=0, last=self.head.size - 1, size=self.head.size)
        self.report.subjects = len(chains.heads)
        return chains

    def _check_entry(self, members: Mapping[str, Any], leaf: bytes, chains: Chains) -> int | None:
        """Follow one entry in its chain; its ledger index when it is the one that the list of leaves names."""
        subject, seq = Subject(members["subject_type"], members["subject_id"]), members["subject_seq"]
        places = self.listed.get(subject, {})
        index, listed = places.get(seq, (None, ""))
        place = {"subject_type": subject.type, "subject_id": subject.id, "seq": seq}
        replay_state(self.states.setdefault(subject, {}), members)
        self._pin(members["definitions"])
        if index is None:
            self.report.add("entry.unknown", **place)
        elif listed != leaf.hex():
            self.report.add("entry.altered", **place, index=index)
        # The chain goes on from the listed hash, so that one altered entry is one finding and not two.
        chains.follow(members, listed or leaf.hex(), index, places)
        return index if listed == leaf.hex() else None

    def _check_proof(self, index: int, leaf: bytes) -> None:
        name = f"proofs/{index}.tlog-proof"
        if name not in self.archive:
            self.report.add("proof.missing", index=index)
            return
        if self.head is None:
            return
        try:
            at, hashes, note = parse_proof(self.archive.text(name))
        except Malformed:
            self.report.add("proof.forged", index=index)
            return
        same = at == index and note == self.head_note
        if not same or not verify_inclusion(leaf, index, self.head.size, hashes, self.head.root):
            self.report.add("proof.forged", index=index)

    def _check_ends(self, manifest: Mapping[str, Any], chains: Chains) -> None:
        expected = {Subject(each["subject_type"], each["subject_id"]): each for each in manifest["subjects"]}
        for subject in chains.heads.keys() - expected.keys():
            self.report.add("trail.unlisted", subject_type=subject.type, subject_id=subject.id)
        for subject, each in expected.items():
            place = {"subject_type": subject.type, "subject_id": subject.id}
            head = chains.heads.get(subject, Head(0, ""))
            if head.seq < each["count"]:
                self.report.add("trail.cut", **place, expected=each["count"], found=head.seq)
            elif head != Head(each["count"], each["last_leaf"]):
                self.report.add("trail.head", **place)
            state = self.states.get(subject, {})
            for member, value in each["state"].items():
                if member not in state or state[member] != value:
                    self.report.add("trail.state", **place, member=member, expected=value, found=state.get(member))

    def _pin(self, definitions: Sequence[Any]) -> None:
        for pin in definitions:
            if isinstance(pin, dict) and pin.keys() == {"kind", "key", "version", "fingerprint"}:
                name, fingerprint = definition_name(pin), str(pin["fingerprint"])
                if self.pins.setdefault(name, fingerprint) != fingerprint:
                    self.report.add("definition.altered", name=name)

    def _check_definitions(self) -> None:
        for name, fingerprint in self.pins.items():
            if name not in self.archive:
                self.report.add("definition.missing", name=name)
            elif "sha256:" + self.archive.digest(name) != fingerprint:
                self.report.add("definition.altered", name=name)

    def _check_history(self) -> None:
        if self.head is None:
            return
        for name in self.archive.names:
            if name.startswith("history/") and name.endswith(".checkpoint"):
                earlier = self._checkpoint(name, self.archive.text(name))
                if earlier is not None:
                    self._check_link(self.head, earlier, "history.missing", "history.forged")

    def _check_link(self, head: Checkpoint, earlier: Checkpoint, missing: str, forged: str) -> None:
        """Whether the ledger at `head` only added to what it was at `earlier`."""
        params = {"first": earlier.size, "second": head.size, "anchored": earlier.size}
        name = f"history/{earlier.size}.consistency"
        proof: list[bytes] = []
        if 0 < earlier.size < head.size:
            if name not in self.archive:
                self.report.add(missing, **params)
                return
            try:
                proof = parse_hashes(self.archive.text(name))
            except Malformed:
                self.report.add(forged, **params)
                return
        linked = verify_consistency(earlier.size, head.size, earlier.root, head.root, proof)
        if not linked or earlier.origin != head.origin:
            self.report.add(forged, **params)

    def _check_anchored(self, note: str) -> None:
        try:
            anchored, _key = verify_checkpoint(note, self._keys())
        except Malformed as error:
            unreadable = error.code.endswith(".malformed")
            self.report.add("anchored.malformed" if unreadable else "anchored.forged")
            return
        if self.head is None:
            return
        if anchored.origin != self.head.origin:
            self.report.add("anchored.forged")
        elif anchored.size > self.head.size:
            self.report.add("anchored.shorter", size=self.head.size, anchored=anchored.size)
        else:
            self._check_link(self.head, anchored, "anchored.unlinked", "anchored.forked")
