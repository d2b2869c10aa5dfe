"""A checker that nobody has seen convict is worth nothing: each known fault of an auction is switched on, and caught."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.bidding.storm import Server, Storm, acknowledged_then_killed, closing, storm, until_closed

pytestmark = pytest.mark.storm

OPEN_SECONDS = 6
LONG: dict[str, Any] = {"lots": 1, "bidders": 8, "free_seconds": 3600, "timed_seconds": 0}
HARD_END: dict[str, Any] = {
    "lots": 10, "bidders": 8, "opens_in": 2, "apart": 0.4, "free_seconds": 2, "timed_seconds": 0, "extension": "RESET",
}  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("mutants"))
    yield made
    made.postgres.stop()


def open_storm(server: Server, now: Storm) -> None:
    """Everybody bids on one lot that does not end."""
    bidders = now.bidders(lambda random: now.house.lots[0])
    now.stop.wait(OPEN_SECONDS)
    now.stop.set()
    for thread in bidders:
        thread.join()


def closing_storm(server: Server, now: Storm) -> None:
    closing(now, within=12)
    until_closed(now, within=4)


def one_end_after_another(server: Server, now: Storm) -> None:
    """At the one lot that ends next, so that an offer is on its way when it does. One bidder: two more locks make a
    deadlock of it, and the database saves the day.
    """
    closing(now, within=18, among=1)
    until_closed(now, within=6)


def kill_at_the_answer(server: Server, now: Storm) -> None:
    acknowledged_then_killed(server, now, 3)


def constraint(table: str, name: str) -> str:
    return f"ALTER TABLE {table} DROP CONSTRAINT {name}"


ONE_NUMBER_ONE_OFFER = (
    constraint("bid", "bid_session_id_n_key"),
    constraint("bid", "bid_session_id_seq_key"),
    constraint("audit_event", "audit_event_subject_seq_key"),
)
ONE_AWARD = ("DROP INDEX award_alive_key", "DROP INDEX money_order_deposit_key")
UNLOGGED = (
    "DROP TRIGGER audit_event_append_only ON audit_event",
    """CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
           IF NEW.act = 'bid.hear' AND random() < 0.1 THEN DELETE FROM audit_event WHERE id = NEW.id; END IF;
           RETURN NULL;
       END $$""",
    "CREATE TRIGGER forget AFTER INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION forget()",
)
CLOCK_OF_THE_APPLICATION = (
    """CREATE OR REPLACE FUNCTION platform_clock() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
       SELECT clock_timestamp() + CASE WHEN current_setting('application_name') LIKE 'skew:%'
           THEN make_interval(secs => split_part(current_setting('application_name'), ':', 2)::float)
           ELSE interval '0' END $$""",
)


@dataclass(frozen=True)
class Mutant:
    """One fault: how it is switched on, the weather it needs, and the promises of which at least one must be missed."""

    name: str
    laws: frozenset[str]
    weather: Callable[[Server, Storm], None] = open_storm
    fault: str = ""
    sql: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=lambda: {"doze": 0.15} | LONG)


CLOSING: dict[str, Any] = {"doze": 0.25, "skew": 1.5} | HARD_END
MUTANTS = (
    Mutant("no lock", frozenset({"P1", "P2", "P3", "P6", "P7"}), fault="nolock", sql=ONE_NUMBER_ONE_OFFER),
    Mutant("answer before commit", frozenset({"P1"}), fault="ackearly"),
    Mutant(
        "no idempotency", frozenset({"P8"}), fault="noidem",
        sql=(constraint("bid", "bid_session_id_entry_id_key_key"),),
    ),
    Mutant("clock of the application", frozenset({"P4"}), closing_storm, sql=CLOCK_OF_THE_APPLICATION, options=CLOSING),
    Mutant(
        "close without the lock", frozenset({"P4", "P6", "P9", "P10"}), one_end_after_another, fault="closenolock",
        options=HARD_END | {"lots": 5, "apart": 2.2, "bidders": 1, "allow_self_outbid": True}, sql=(constraint("audit_event", "audit_event_subject_seq_key"),),
    ),
    Mutant("double close", frozenset({"P6", "P9", "P10"}), closing_storm, "doubleclose", ONE_AWARD, CLOSING),
    Mutant(
        "asynchronous commit", frozenset({"P1"}), kill_at_the_answer,
        sql=('ALTER DATABASE "{database}" SET synchronous_commit = off',), options={"workers": 1} | LONG,
    ),
    Mutant("unlogged bid", frozenset({"P10"}), sql=UNLOGGED),
)  # fmt: skip


STORMS = 5
"""A race is a matter of luck, and a checker is to be judged by whether it sees one, not by whether there was one."""


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_each_fault_is_caught(server: Server, tmp_path: Path, mutant: Mutant) -> None:
    seen: list[set[str]] = []
    for seed in range(1, STORMS + 1):
        with storm(
            server, tmp_path / str(seed), seed=seed, fault=mutant.fault, sql=mutant.sql, **mutant.options
        ) as now:
            mutant.weather(server, now)
            seen.append({fault.law for fault in now.verdict()})
        if seen[-1] & mutant.laws:
            return
    raise AssertionError(f"{mutant.name} went unseen; seen: {seen}")
