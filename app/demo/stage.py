"""The stage of the demonstration: waits for the server, plays, and says whom one may sign in as."""

from collections.abc import Callable
from threading import Thread
from time import sleep

import httpx2

from app.demo.client import ActError, Client
from app.demo.people import COUNTIES, COUNTY_POSTS, PASSWORD
from app.demo.player import Player

PATIENCE_SECONDS = 60


def accounts() -> list[str]:
    """The published accounts, a line a group."""
    posts = "、".join(["clerk", *COUNTY_POSTS])
    return [
        f"演示账号（密码均为 {PASSWORD}，全部人物、单位为虚构）：",
        f"  各县（{'、'.join(COUNTIES)}）：<县>-{{{posts}}}，例如 changge-clerk",
        "  市级：city-centre、joint-conference、bank、auditor、operator；意向受让方：bidder1 … bidder8",
    ]


def _wait_for(base_url: str) -> None:
    for _ in range(PATIENCE_SECONDS * 10):
        try:
            if httpx2.get(f"{base_url}/api/v1/ready", timeout=2).is_success:
                return
        except httpx2.TransportError:
            pass  # not listening yet
        sleep(0.1)
    raise TimeoutError("the server did not answer")


def raise_curtain(base_url: str, tell: Callable[[str], None]) -> Thread:
    """Plays in a thread of its own while the server serves. A play that stops says why, and goes on at the next start."""

    def play() -> None:
        try:
            _wait_for(base_url)
            with httpx2.Client(base_url=base_url, timeout=30) as http:
                Player(Client(http), tell).play()
        except (ActError, httpx2.TransportError, TimeoutError, RuntimeError) as e:
            tell(f"演示中断（下次启动继续）：{e}")
            return
        for line in accounts():
            tell(line)
        tell(f"先看这里：{base_url}/api/v1/lots 与 {base_url}/docs")

    thread = Thread(target=play, name="demonstration", daemon=True)
    thread.start()
    return thread
