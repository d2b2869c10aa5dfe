"""A C2SP witness (tlog-witness): it cosigns what follows from what it saw, and nothing else."""

from base64 import b64decode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self

from app.audit.checkpoint import BadNote, Signer, Verifier, opened, split
from app.audit.tree import EMPTY_ROOT, BadProof, verify_consistency


class Witness:
    """Serves on a port of its own while the block lasts."""

    def __init__(self, signer: Signer) -> None:
        self.signer = signer
        self.trusts: Verifier | None = None
        self.size, self.root = 0, EMPTY_ROOT
        self.answered: list[int] = []
        self.awake = True
        witness = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                status, kind, answer = witness.hear(self.path, body)
                witness.answered.append(status)
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(answer.encode())))
                self.end_headers()
                self.wfile.write(answer.encode())

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = False
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, trace: TracebackType | None) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def hear(self, path: str, body: str) -> tuple[int, str, str]:
        if path != "/add-checkpoint" or self.trusts is None:
            return 404, "text/plain", ""
        if not self.awake:
            return 503, "text/plain", ""
        head, _, note = body.partition("\n\n")
        first, *proof = head.split("\n")
        old = int(first.removeprefix("old "))
        try:
            checkpoint = opened(note, [self.trusts])
        except BadNote:
            return 403, "text/plain", ""
        if old > checkpoint.size:
            return 400, "text/plain", ""
        if old != self.size:
            return 409, "text/x.tlog.size", f"{self.size}\n"
        try:
            verify_consistency(old, checkpoint.size, self.root, checkpoint.root, [b64decode(p) for p in proof])
        except BadProof:
            return (409 if old == checkpoint.size else 422), "text/plain", ""
        self.size, self.root = checkpoint.size, checkpoint.root
        return 200, "text/plain", self.signer.cosignature(split(note)[0], 1_700_000_000 + len(self.answered))
