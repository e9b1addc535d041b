"""Proves that the consent ledger and the access log are whole, and signs where they end."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from consent.audit import audit, one_moment
from consent.chain import checkpoints, heads, signing
from consent.chain.check import BrokenChain, HeadMismatch
from consent.chain.export import lines

BROKEN, MISMATCH = 2, 3


class Command(BaseCommand):
    help = (
        "Check every row of the consent ledger and the access log (verify), write them for "
        "others to check (export), sign where they end (checkpoint), or show the public key "
        "(key). Ends with 2 for a broken chain, 3 where a chain contradicts a signed head."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["verify", "export", "checkpoint", "key"])
        parser.add_argument("file", nargs="?", metavar="FILE", help="For export.")
        parser.add_argument(
            "--from-checkpoint", action="store_true", help="Verify from the newest head on."
        )
        parser.add_argument("--json", action="store_true", help="One JSON object as last line.")

    def handle(self, *args: Any, **options: Any) -> None:
        if (options["action"] == "export") != bool(options["file"]):
            raise CommandError("export takes a file, the others none", returncode=2)
        try:
            found = getattr(self, f"_{options['action']}")(options)
        except BrokenChain as broken:
            self._end(BROKEN, f"Broken: {broken}.", options)
        except HeadMismatch as mismatch:
            self._end(MISMATCH, f"Not what was signed: {mismatch}.", options)
        except OSError as problem:  # not 2 or 3: it says nothing about the chains
            raise CommandError(str(problem), returncode=1) from None
        else:
            if options["json"]:
                self.stdout.write(json.dumps({"ok": True, **found}))

    def _end(self, status: int, said: str, options: dict[str, Any]) -> None:
        self.stderr.write(said)
        if options["json"]:
            self.stdout.write(json.dumps({"ok": False, "status": status, "found": said}))
        raise SystemExit(status)

    def _verify(self, options: dict[str, Any]) -> dict[str, Any]:
        reports = audit(from_checkpoint=options["from_checkpoint"])
        for each in reports:
            self.stdout.write(
                f"{each.log}: {each.rows} rows and {each.heads} signed heads agree; it ends at "
                f"{each.end} with {each.head_hash}"
            )
        return {"logs": [asdict(each) for each in reports]}

    def _export(self, options: dict[str, Any]) -> dict[str, Any]:
        with (
            one_moment() as signed,
            Path(options["file"]).open("w", encoding="utf-8", newline="\n") as file,
        ):
            count = sum(bool(file.write(f"{line}\n")) for line in lines(signed))
        self.stdout.write(f"{count} lines written. Check them with docs/verify_ledger.py.")
        return {"lines": count}

    def _checkpoint(self, options: dict[str, Any]) -> dict[str, Any]:
        made = checkpoints.sign_all()
        for head in made:
            self.stdout.write(head.as_json())
        if not made:
            self.stdout.write(f"Nothing new to sign. Heads are in {heads.heads_file()}.")
        return {"signed": len(made)}

    def _key(self, options: dict[str, Any]) -> dict[str, Any]:
        self.stdout.write(f"{signing.key_id()} {signing.public_key()}")
        return {"key_id": signing.key_id(), "public_key": signing.public_key()}
