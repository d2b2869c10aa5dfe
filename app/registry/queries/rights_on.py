"""The current rights in parcels or assets, which most facts begin with."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.base.db import Tx
from app.registry.models import BaUnitItem, LandRight


def rights_on(tx: Tx, column: Any, ids: Sequence[int]) -> dict[int, list[LandRight]]:
    """Current rights by the parcel or asset (`column` of a unit's items) that they are held in."""
    by_thing: dict[int, list[LandRight]] = defaultdict(list)
    rows = tx.execute(
        select(column, LandRight)
        .join(LandRight, LandRight.ba_unit_id == BaUnitItem.ba_unit_id)
        .where(column.in_(ids), LandRight.end_lifespan_at.is_(None))
        .order_by(LandRight.id)
    )
    for thing, right in rows:
        by_thing[thing].append(right)
    return by_thing
