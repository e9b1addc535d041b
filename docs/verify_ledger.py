#!/usr/bin/env python3
"""Checks an export of the consent ledger and the access log without Customer 360.

    python3 verify_ledger.py export.ndjson [--key PUBLIC_KEY] [--heads heads.ndjson]

Needs Python 3.9 or newer and the package cryptography, nothing else. Make the export with
`manage.py ledger export FILE`. `--key` is the public key (64 hex digits) you noted earlier,
from `manage.py ledger key`; without it the key named in the export is believed, which proves
less.
`--heads` is a copy of the file of signed heads that you kept yourself.

Ends with 0 if all is well, 2 where a chain is broken (the first wrong row is named), 3 where a
chain contradicts a signed head: cut off, rewritten, or from an older backup.

How a row is hashed: SHA-256 over a zero byte, the 32 bytes of the hash before, and every
column in the order of the export: four bytes of length (big-endian) and UTF-8, or ff ff ff ff
for null. Moments are microseconds since 1970, bytes are hex, lists are JSON.
The first row of all follows SHA-256 of the table's name.
"""

import argparse
import hashlib
import json
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TABLES = {"consent": "consent_ledgerentry", "access": "consent_accessentry"}
COLUMNS = {
    "consent": (
        "id seq chain entry_id record_id contact_point_id purpose_id channel decision scope"
        " scope_records basis policy_version_id jurisdiction language stated_at precision"
        " valid_until recorded_at method actor_type actor_id corrects_id evidence_commitment"
        " body statement_hash"
    ).split(),
    "access": (
        "id seq chain entry_id at actor_id source_id roles session address action view status"
        " profiles records fields terms results reason request_id"
    ).split(),
}


class Broken(Exception):
    """A row is not what was added, or is missing."""


class Mismatch(Exception):
    """A chain contradicts a signed head."""


class Chain:
    """One log as it is read."""

    def __init__(self, log):
        self.log = log
        self.last = (0, 0)
        self.head = hashlib.sha256(TABLES[log].encode()).hexdigest()
        self.rows = 0
        self.hashes = {}  # 32 bytes a row, one behind the other, by chain

    def add(self, row):
        place = (row["chain"], row["seq"])
        expected = (place[0], self.last[1] + 1 if place[0] == self.last[0] else 1)
        if place != expected or place < self.last:
            raise Broken(f"{self.name(place)} stands where {self.name(expected)} should be")
        columns = row["columns"]
        if list(columns) != COLUMNS[self.log]:
            raise Broken(f"{self.name(place)} does not have the columns of its table")
        if (columns["chain"], columns["seq"]) != (str(place[0]), str(place[1])):
            raise Broken(f"{self.name(place)} says another number of itself")
        if row["prev_hash"] != self.head:
            raise Broken(f"{self.name(place)} does not follow the row before it")
        if hash_of(row["prev_hash"], columns.values()) != row["row_hash"]:
            raise Broken(f"{self.name(place)} is not what was added")
        self.last, self.head, self.rows = place, row["row_hash"], self.rows + 1
        self.hashes.setdefault(place[0], bytearray()).extend(bytes.fromhex(row["row_hash"]))

    def hash_at(self, chain, seq):
        """The hash of a row, hex, or nothing where there is no such row."""
        return bytes(self.hashes.get(chain, b"")[(seq - 1) * 32 : seq * 32]).hex()

    def name(self, place):
        return f"{self.log} {place[0]}/{place[1]}"


def hash_of(previous, parts):
    """The hash of a row, hex."""
    pieces = [b"\x00", bytes.fromhex(previous)]
    for part in parts:
        raw = b"" if part is None else part.encode()
        pieces += [b"\xff\xff\xff\xff" if part is None else len(raw).to_bytes(4, "big"), raw]
    return hashlib.sha256(b"".join(pieces)).hexdigest()


def check_heads(heads, chains, keys):
    """Each head is signed, follows the one before, and is where its chain passes through."""
    before = {}
    for head in heads:
        place, log = (head["chain"], head["size"]), head["log"]
        said = f"the signed head {log} {place[0]}/{place[1]}"
        text = json.dumps(
            {name: value for name, value in head.items() if name != "signature"},
            sort_keys=True,
            separators=(",", ":"),
        ).encode()
        if not is_signed(text, head, keys):
            raise Mismatch(f"{said} is not signed by a key that is believed")
        if log in before and head["previous"] != before[log]:
            raise Mismatch(f"{said} does not follow the head before it")
        before[log] = hashlib.sha256(text).hexdigest()
        found = chains[log].hash_at(*place)
        if not found:
            raise Mismatch(f"{log} {place[0]}/{place[1]} was signed and is not there")
        if found != head["head"]:
            raise Mismatch(f"{log} {place[0]}/{place[1]} is not what was signed")


def is_signed(text, head, keys):
    """Whether the key the head names is believed and signed it."""
    key = keys.get(head["key_id"])
    if key is None or hashlib.sha256(bytes.fromhex(key)).hexdigest()[:16] != head["key_id"]:
        return False
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        public.verify(bytes.fromhex(head["signature"]), text)
    except (InvalidSignature, ValueError):
        return False
    return True


def read(path):
    """The chains, the heads and the last line of an export."""
    chains, heads, end = {log: Chain(log) for log in TABLES}, [], None
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                told = json.loads(line)
            except ValueError:
                raise Broken(f"line {number} cannot be read") from None
            if end is not None:
                raise Broken(f"line {number} comes after the end")
            if "head" in told and "log" not in told:
                heads.append(told["head"])
            elif "end" in told:
                end = told["end"]
            else:
                chains[told["log"]].add(told)
    if end is None or end["rows"] != {log: chain.rows for log, chain in chains.items()}:
        raise Broken("the export has no end, or not the number of rows it names")
    return chains, heads, end


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("export")
    parser.add_argument("--key", action="append", help="Public key, 64 hex digits.")
    parser.add_argument("--heads", help="File of signed heads that you kept yourself.")
    options = parser.parse_args()
    try:
        chains, heads, end = read(options.export)
        keys = end["public_keys"]
        if options.key:
            keys = {
                hashlib.sha256(bytes.fromhex(key)).hexdigest()[:16]: key for key in options.key
            }
        check_heads(heads, chains, keys)
        if options.heads:
            with open(options.heads, encoding="utf-8") as file:
                check_heads([json.loads(line) for line in file], chains, keys)
    except Broken as broken:
        print(f"Broken: {broken}.", file=sys.stderr)
        return 2
    except Mismatch as mismatch:
        print(f"Not what was signed: {mismatch}.", file=sys.stderr)
        return 3
    for log, chain in chains.items():
        signed = sum(head["log"] == log for head in heads)
        end = f"{chain.last[0]}/{chain.last[1]}" if chain.rows else "empty"
        print(f"{log}: {chain.rows} rows, {signed} signed heads; ends at {end} {chain.head}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
