"""What happened: entries, hash chains, Merkle proofs, signed checkpoints, and their verification without us.

Pure: no clock, no randomness, no database. Times, keys and stored hashes are arguments.
"""

from ledger import canonical
from ledger.bundle import Pinned, PublicKey, Trail, write_bundle
from ledger.checkpoint import Checkpoint, read_checkpoint, verify_checkpoint
from ledger.entry import FIRST_PREV, Entry, make_entry
from ledger.findings import Finding, Report
from ledger.log import Row, verify_log
from ledger.merkle import Frontier, leaf_hash, verify_consistency, verify_inclusion
from ledger.notes import Key, parse_key
from ledger.personal import PersonalKey, Unopened, open_personal, seal_personal
from ledger.signer import Signer, ed25519_signer, sign_checkpoint
from ledger.strict import Malformed
from ledger.trail import TrustedKey, parse_trusted_key
from ledger.tree import Nodes, Tree, consistency_proof, frontier, inclusion_proof, root
from ledger.verify import verify_bundle

__all__ = [
    "FIRST_PREV",
    "Checkpoint",
    "Entry",
    "Finding",
    "Frontier",
    "Key",
    "Malformed",
    "Nodes",
    "PersonalKey",
    "Pinned",
    "PublicKey",
    "Report",
    "Row",
    "Signer",
    "Trail",
    "Tree",
    "TrustedKey",
    "Unopened",
    "canonical",
    "consistency_proof",
    "ed25519_signer",
    "frontier",
    "inclusion_proof",
    "leaf_hash",
    "make_entry",
    "open_personal",
    "parse_key",
    "parse_trusted_key",
    "read_checkpoint",
    "root",
    "seal_personal",
    "sign_checkpoint",
    "verify_bundle",
    "verify_checkpoint",
    "verify_consistency",
    "verify_inclusion",
    "verify_log",
    "write_bundle",
]
