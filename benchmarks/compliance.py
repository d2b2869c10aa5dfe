"""What the law costs: one full check in process, and `compliance-checks` beside an empty authenticated endpoint.

    python -m benchmarks.compliance [--seconds 4] [--rounds 3]

Starts a PostgreSQL and one web worker of its own and throws them away. The two endpoints take turns on the same server;
medians of the rounds are compared.
"""

import argparse
import copy
import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from threading import Thread
from time import perf_counter, process_time, sleep
from typing import Annotated, Any

import httpx2
import uvicorn
import yaml
from fastapi import Depends

from app.base import schema
from app.base.actor import Actor
from app.base.embedded import EmbeddedPostgres
from app.demo.people import PASSWORD
from app.furnish import furnish
from app.identity.auth import actor
from app.main import create_app
from app.rules.catalogue import judge
from app.rules.reading import read_case
from app.settings import Settings

ROOT = Path(__file__).parents[1]
CONNECTIONS = 16
LIMIT_MS = 2


def say(what: str, value: str) -> None:
    sys.stdout.write(f"{what:<60} {value}\n")
    sys.stdout.flush()


def ten_parcels() -> dict[str, Any]:
    """The fullest household case of the scenarios, with ten parcels."""
    cases = yaml.safe_load((ROOT / "tests/rules/cases/household_land_management.yaml").read_text("utf-8"))
    cases = cases["scenarios"] if isinstance(cases, dict) else cases
    fullest: dict[str, Any] = max(
        (c["case"] for c in cases if c["case"].get("parcels")), key=lambda case: len(json.dumps(case))
    )
    document = copy.deepcopy(fullest)
    document["parcels"] = [{**document["parcels"][0], "parcel_code": str(n)} for n in range(10)]
    return document


def in_process(document: dict[str, Any]) -> float:
    """Milliseconds of one check, reading of the document included: the median of a thousand."""
    spent = []
    for _ in range(1000):
        began = process_time()
        judge(read_case(document))
        spent.append((process_time() - began) * 1000)
    return median(spent)


def rate(base: str, seconds: float, method: str, path: str, headers: dict[str, str], body: bytes | None) -> float:
    """Answers per second to so many connections at once."""
    counts = [0] * CONNECTIONS
    until = perf_counter() + seconds

    def ask(n: int) -> None:
        with httpx2.Client(base_url=base, timeout=30) as http:
            while perf_counter() < until:
                http.request(method, path, headers=headers, content=body).raise_for_status()
                counts[n] += 1

    threads = [Thread(target=ask, args=(n,)) for n in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def serve(port: int) -> None:
    """The platform as a demonstration, with one endpoint more that asks for nothing but a valid token."""
    settings = Settings(demo=True)
    furnish(settings)
    app = create_app(settings)

    def empty(_: Annotated[Actor, Depends(actor)]) -> None:
        return None

    app.add_api_route("/empty", empty, methods=["GET"])
    uvicorn.run(app, port=port, log_level="warning", access_log=False)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=float, default=4)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.serve:
        serve(asked.serve)
        return
    document = ten_parcels()
    say("one check of a case with ten parcels, in process", f"{in_process(document):.3f} ms (limit {LIMIT_MS} ms)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        database = EmbeddedPostgres(Path(folder) / "data", throwaway=True).start()
        schema.upgrade(database.url())
        worker = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", "benchmarks.compliance", "--serve", str(port)],
            env={**os.environ, "DATABASE_URL": database.url(), "DATA_DIR": folder},
        )
        try:
            compare(f"http://127.0.0.1:{port}", document, asked.seconds, asked.rounds)
        finally:
            worker.terminate()
            worker.wait()
            database.stop()


def signed_in(base: str) -> str:
    """A clerk's token, once the server answers."""
    form = {"grant_type": "password", "username": "changge-clerk", "password": PASSWORD}
    for _ in range(100):
        try:
            answer = httpx2.post(f"{base}/api/v1/auth/token", data=form)
        except httpx2.ConnectError:
            sleep(0.2)
            continue
        return str(answer.raise_for_status().json()["access_token"])
    raise RuntimeError("the server did not come up")


def compare(base: str, document: dict[str, Any], seconds: float, rounds: int) -> None:
    token = signed_in(base)
    signed = {"Authorization": f"Bearer {token}"}
    check = {**signed, "Content-Type": "application/json"}
    body = json.dumps(document).encode()
    empty, checks = [], []
    for _ in range(rounds):
        empty.append(rate(base, seconds, "GET", "/empty", signed, None))
        checks.append(rate(base, seconds, "POST", "/api/v1/compliance-checks", check, body))
    say("an empty authenticated endpoint, answers per second", f"{median(empty):.0f} {sorted(map(round, empty))}")
    say("compliance-checks, answers per second", f"{median(checks):.0f} {sorted(map(round, checks))}")
    say("ratio (goal 0.5)", f"{median(checks) / median(empty):.2f}")


if __name__ == "__main__":
    main()
