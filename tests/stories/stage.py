"""A small theatre for stories: a fresh demonstration over HTTP, and lots that are walked to where a story begins."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from app.demo.client import ActError, Client
from app.demo.people import demonstrators
from app.demo.player import Json, Player, instant
from app.demo.script import ScriptedDeal, ScriptedLot
from app.furnish import furnish
from app.settings import Settings
from tests.apps import lent

DEAL = ScriptedDeal(
    id="story", source="故事", county="changge", category="unallocated_collective_land", title="演示地块出租",
    outcome="sold", months=36, basis="yuan_per_mu_year", step_fen=1000, cap_fen=None, bidders=(1, 2), rounds=3,
    lots=(ScriptedLot(title="演示地块", start_fen=80_000, final_fen=83_000, mu=Decimal(50)),),
)  # fmt: skip


class Stage:
    """Everybody at their keyboards, and the clock in the wings."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.player = Player(client, lambda _: None)
        self.get = client.get
        self.post = client.post

    def walk(self, deal: ScriptedDeal = DEAL, *, until: str, **terms: Any) -> Json:
        """A lot of this deal, brought to a state as its people would bring it; a listing is drafted if there is none."""
        if terms:
            self.draft(deal, **terms)
        listing = self.player._listing(deal)
        for _ in range(300):
            lot = self.player._lot(deal, listing["lots"][0]["id"])
            if lot["state"] == until:
                return lot
            wait = self.player._act(deal, deal.lots[0], lot)
            if wait is not None:
                self.player._let_time_pass(wait)
        raise AssertionError(f"never reached {until}")

    def draft(self, deal: ScriptedDeal = DEAL, *, bidding: Json | None = None, **over: Any) -> Json:
        """A drafted listing with other rules of bidding or other fields of its lot."""
        body = self.player._draft(deal)
        body["lots"][0] |= over
        body["lots"][0]["bidding"] |= bidding or {}
        return dict(self.post(f"{deal.county}-clerk", "/listings", body))

    def lot(self, deal: ScriptedDeal = DEAL) -> Json:
        listing = self.player._listing(deal)
        return self.player._lot(deal, listing["lots"][0]["id"])

    def pass_time(self, moment: str) -> None:
        self.player._let_time_pass(instant(moment))

    def enter(self, lot: Json, *bidders: int, deal: ScriptedDeal = DEAL) -> list[Json]:
        """These bidders enter, pay their deposits and are found fit; their entries."""
        entries = []
        for n in bidders:
            entry = self.post(f"bidder{n}", f"/lots/{lot['id']}/entries", {"declaration": "承诺遵守规则（演示）"})
            self.player._deposit(deal, lot, n, entry)
            self.post(f"{deal.county}-reviewer", f"/entries/{entry['id']}/decide", {"qualified": True})
            entries.append(entry)
        return entries

    def bid(self, lot: Json, n: int, fen: int, key: str, **over: Any) -> Json:
        body = {"amount_fen": fen, "confirm_fen": fen} | over
        return dict(self.post(f"bidder{n}", f"/lots/{lot['id']}/bids", body, key=key))

    def refused(
        self, login: str | None, path: str, body: Any = None, *, method: str = "POST", key: str | None = None
    ) -> Json:
        """The problem that an act ends in; an act that succeeds is an error of the story."""
        try:
            self.client.call(login, method, path, key=key, json={} if body is None else body)
        except ActError as e:
            return e.problem | {"status": e.status}
        raise AssertionError(f"{login} {path} was accepted")


def another(deal: ScriptedDeal = DEAL, **over: Any) -> ScriptedDeal:
    """The same deal, told otherwise."""
    return replace(deal, **over)


@contextmanager
def staged(url: str, folder: Path, tokens: dict[str, str] | None = None) -> Iterator[Stage]:
    """The application over a furnished demonstration's database and folder; who holds a token is signed in already."""
    settings = Settings(database_url=url, data_dir=folder, demo=True)
    with lent(settings) as app, TestClient(app) as http:
        yield Stage(Client(http, tokens))


def furnished(url: str, folder: Path) -> dict[str, str]:
    """Makes an empty database a demonstration, with the people of the stories signed in; their tokens."""
    furnish(Settings(database_url=url, data_dir=folder, demo=True))
    with staged(url, folder) as stage:
        return {
            d.login: stage.client.token(d.login) for d in demonstrators() if d.login.startswith((DEAL.county, "bidder"))
        }
