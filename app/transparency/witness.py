"""A witness (C2SP tlog-witness): cosigns heads that continue what it has seen, and nothing else.

Run it on a machine that the platform's administrator cannot reach. What it has seen is one small file, written to disk
before the cosignature leaves: a witness that is killed in between has promised nothing.
"""

import json
import os
import time
from base64 import b64decode, b64encode
from binascii import Error as BadBase64
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any, Final

import structlog

from app.audit.checkpoint import BadNote, Signer, Verifier, opened, split
from app.audit.tree import EMPTY_ROOT, BadProof, verify_consistency
from app.transparency.witnesses import MAX_ANSWER, MAX_PROOF

log = structlog.get_logger()

PLAIN: Final = "text/plain; charset=utf-8"
SIZE: Final = "text/x.tlog.size"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: str = ""
    kind: str = PLAIN


class Witness:
    """One log's witness. `trusts` are the log's keys, got from its people and not from its server."""

    def __init__(self, signer: Signer, trusts: list[Verifier], memory: Path) -> None:
        self.signer, self.trusts, self.memory = signer, trusts, memory
        self._lock = Lock()
        self.size, self.root = 0, EMPTY_ROOT
        if memory.exists():
            kept = json.loads(memory.read_text())
            self.size, self.root = kept["size"], b64decode(kept["root"])

    def _remember(self, size: int, root: bytes) -> None:
        fresh = self.memory.with_suffix(".new")
        with fresh.open("w") as out:
            json.dump({"size": size, "root": b64encode(root).decode()}, out)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(self.memory)
        folder = os.open(self.memory.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        self.size, self.root = size, root

    def hear(self, path: str, body: str) -> Answer:
        """The answer to one submission, as tlog-witness wants it: 409 with our size, 422 for a fork, 403 for strangers."""
        if path != "/add-checkpoint":
            return Answer(404)
        head, gap, note = body.partition("\n\n")
        first, *proof = head.split("\n")
        old_text = first.removeprefix("old ")
        if not gap or not first.startswith("old ") or not (old_text.isascii() and old_text.isdigit()):
            return Answer(400)
        try:
            hashes, checkpoint = [b64decode(p, validate=True) for p in proof], opened(note, self.trusts)
        except BadNote:
            return Answer(403)
        except (BadBase64, ValueError):
            return Answer(400)
        old = int(old_text)
        if old > checkpoint.size or len(hashes) > MAX_PROOF:
            return Answer(400)
        with self._lock:
            if old != self.size:
                return Answer(409, f"{self.size}\n", SIZE)
            try:
                verify_consistency(old, checkpoint.size, self.root, checkpoint.root, hashes)
            except (BadProof, ValueError):
                log.error("log rewritten", seen=old, offered=checkpoint.size)  # noqa: TRY400 - the sizes say it all
                return Answer(409, f"{self.size}\n", SIZE) if old == checkpoint.size else Answer(422)
            self._remember(checkpoint.size, checkpoint.root)
        log.info("cosigned", size=checkpoint.size)
        return Answer(200, self.signer.cosignature(split(note)[0], int(time.time())))


def server(witness: Witness, host: str, port: int) -> ThreadingHTTPServer:
    """An HTTP server for one witness; the caller runs and closes it."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_POST(self) -> None:
            length = self.headers.get("content-length", "")
            if not length.isdigit() or int(length) > MAX_ANSWER:
                answer = Answer(413)
            else:
                try:
                    answer = witness.hear(self.path, self.rfile.read(int(length)).decode())
                except UnicodeDecodeError:
                    answer = Answer(400)
            said = answer.body.encode()
            self.send_response(answer.status)
            self.send_header("content-type", answer.kind)
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
            pass

    return ThreadingHTTPServer((host, port), Handler)
