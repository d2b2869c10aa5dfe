"""What the extension of a large village costs: drafting all contracts, and putting them into effect.

    python -m benchmarks.extension [--households 500]

Starts a PostgreSQL of its own and throws it away. Signatures are written at once: they come one by one in life.
"""

import argparse
import sys
import tempfile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from time import perf_counter

from sqlalchemy import text

from app.base import schema, sealing
from app.base.actor import Actor
from app.base.db import Tx, connect, transaction
from app.base.embedded import EmbeddedPostgres
from app.extension import actions
from app.extension.models import ExtensionProgramme
from app.extension.states import ProgrammeState
from app.identity.actions import add_person
from app.registry import actions as registry
from app.registry.actions import load_regions
from app.registry.schemas import ParcelIn, PartyIn, ResolutionIn, RightIn
from app.registry.states import LandType, Matter, PartyKind, ResolutionBody, RightKind
from app.rules.extension import extended_term

VILLAGE = "411003001001"
END = date(2028, 9, 30)
DAY = timedelta(days=1)


def say(what: str, value: str) -> None:
    sys.stdout.write(f"{what:<48} {value}\n")
    sys.stdout.flush()


def actor(tx: Tx, n: int) -> Actor:
    body = f"41100219700101{n:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    check = "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]
    person = add_person(tx, name="演示人", id_number=body + check)
    return Actor(account_id=1, person_id=person.id, organisation_id=None, name="演示", prefixes=("411",))


def fill(tx: Tx, households: int) -> int:
    """A collective that owns its land, and its households with a contracted parcel each; its party id."""
    load_regions(tx)
    owner = registry.record_party(
        tx, None, PartyIn(kind=PartyKind.VILLAGER_GROUP, name="演示组", region_code=VILLAGE)
    ).id
    for i in range(households):
        home = registry.record_party(
            tx, None, PartyIn(kind=PartyKind.HOUSEHOLD, name=f"演示{i}户", region_code=VILLAGE)
        ).id
        field = ParcelIn(
            parcel_code=f"{VILLAGE}{i:07d}", name="演示地块", region_code=VILLAGE, area_mu=Decimal("4.5"),
            land_type=LandType.CULTIVATED,
        )  # fmt: skip
        parcels = [registry.record_parcel(tx, None, field).id]
        for kind, holder, starts, ends in (
            (RightKind.LAND_OWNERSHIP, owner, None, None),
            (RightKind.CONTRACT_MANAGEMENT_RIGHT, home, date(1998, 10, 1), END),
        ):
            registry.record_right(
                tx, None,
                RightIn(
                    kind=kind, region_code=VILLAGE, holder_party_id=holder, parcel_ids=parcels, starts_on=starts,
                    ends_on=ends,
                ),
            )  # fmt: skip
    return owner


def programme(tx: Tx, owner: int, person_id: int) -> int:
    """A programme filed and open for contracts, as its earlier steps leave it."""
    on = tx.today()
    vote = registry.record_resolution(
        tx, None,
        ResolutionIn(
            party_id=owner, body=ResolutionBody.GROUP_MEETING, matter=Matter.LAND_CONTRACTING, subject="演示方案",
            meeting_on=on, eligible=3, attended=3, yes=3,
        ),
    )  # fmt: skip
    starts_on, ends_on = extended_term(END)
    row = ExtensionProgramme(
        region_code=VILLAGE, collective_party_id=owner, title="演示方案", state=ProgrammeState.CONTRACTING,
        old_ends_on=END, starts_on=starts_on, ends_on=ends_on, resolution_id=vote.id, publicised_on=on - 2 * DAY,
        publicity_until=on - DAY, drafted_by_person=person_id, drafted_at=tx.clock(),
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    return row.id


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, default=500)
    n = parser.parse_args().households
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "data", throwaway=True).start()
        try:
            schema.upgrade(server.url())
            engine = connect(server.url(), pool_size=2)
            sealing.use_key(b"\x07" * 32)
            with transaction() as tx:
                clerk, town = actor(tx, 1), actor(tx, 2)
                row = programme(tx, fill(tx, n), clerk.person_id)
            measure(row, clerk, town, n)
            engine.dispose()
        finally:
            server.stop()


def measure(row: int, clerk: Actor, town: Actor, n: int) -> None:
    began = perf_counter()
    with transaction() as tx:
        drafted = actions.batch(tx, clerk, row).drafted
    say(f"{len(drafted)} contracts drafted", f"{perf_counter() - began:.2f} s")
    began = perf_counter()
    with transaction() as tx:
        again = actions.batch(tx, clerk, row)
    say(f"the same again, {len(again.existing)} found, {len(again.drafted)} new", f"{perf_counter() - began:.2f} s")
    with transaction() as tx:
        tx.execute(
            text(
                "UPDATE extension_contract SET state = 'signed', signatory_party_id = household_party_id, signed_on = now()"
            )
        )
    began, done, waiting = perf_counter(), 0, n
    while waiting:
        with transaction() as tx:
            effected, _, waiting = actions.effect(tx, town, row)
        done += len(effected)
    took = perf_counter() - began
    say(f"{done} of {n} put into effect", f"{took:.2f} s, {took / done * 1000:.1f} ms each")


if __name__ == "__main__":
    main()
