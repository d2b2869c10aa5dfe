"""Every read of the ledger, in the regions of the person who asks."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import and_, case, func, or_, select

from app.base.actor import Actor, in_scope
from app.base.db import Tx
from app.base.errors import NotFound
from app.deal.models import Certificate
from app.holdings.models import (
    HoldingAccount,
    HoldingAsset,
    HoldingContract,
    HoldingEntry,
    HoldingImport,
    HoldingImportBody,
    HoldingImportProblem,
    HoldingResource,
)  # fmt: skip
from app.holdings.states import ImportMode, ImportState, WarningReason
from app.registry.models import Party
from app.registry.states import COLLECTIVE_KINDS

Kept = TypeVar("Kept", HoldingAccount, HoldingAsset, HoldingContract, HoldingEntry, HoldingResource)
HELD = ("valid", "changed")
"""A certificate that was issued and still counts."""


def one_import(tx: Tx, import_id: int, *, seen_by: Actor) -> HoldingImport:
    found = tx.scalar(
        select(HoldingImport).where(HoldingImport.id == import_id, in_scope(HoldingImport.region_code, seen_by))
    )
    if found is None:
        raise NotFound("没有这次导入")
    return found


def lock_import(tx: Tx, import_id: int) -> HoldingImport:
    return tx.scalars(select(HoldingImport).where(HoldingImport.id == import_id).with_for_update()).one()


def waiting_import(tx: Tx, region_code: str, sha256: bytes, mode: ImportMode) -> HoldingImport | None:
    """The same workbook for the same village and purpose that is not finished yet."""
    return tx.scalar(
        select(HoldingImport).where(
            HoldingImport.region_code == region_code, HoldingImport.sha256 == sha256, HoldingImport.mode == mode,
            HoldingImport.finished_at.is_(None),
        )
    )  # fmt: skip


def n_waiting(tx: Tx, region_code: str) -> int:
    waiting = select(func.count()).where(HoldingImport.region_code == region_code, HoldingImport.finished_at.is_(None))
    return tx.execute(waiting).scalar_one()


def applied_before(tx: Tx, region_code: str, sha256: bytes) -> int | None:
    """The last import that wrote the same file into the same village."""
    return tx.scalar(
        select(func.max(HoldingImport.id)).where(
            HoldingImport.region_code == region_code, HoldingImport.sha256 == sha256,
            HoldingImport.state == ImportState.APPLIED,
        )
    )  # fmt: skip


def next_import(tx: Tx, *, unheard_since: Any) -> HoldingImport | None:
    """The oldest import that nobody works at, locked; one whose worker has fallen silent counts as such."""
    return tx.scalar(
        select(HoldingImport)
        .where(
            or_(
                HoldingImport.state == ImportState.QUEUED,
                and_(HoldingImport.state == ImportState.RUNNING, HoldingImport.heard_of_at < unheard_since),
            )
        )
        .order_by(HoldingImport.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def body(tx: Tx, import_id: int) -> bytes:
    return tx.execute(select(HoldingImportBody.body).where(HoldingImportBody.import_id == import_id)).scalar_one()


def problems(tx: Tx, import_id: int, *, after: int | None, limit: int) -> list[HoldingImportProblem]:
    """In the order in which they were found."""
    rows = select(HoldingImportProblem).where(HoldingImportProblem.import_id == import_id)
    if after is not None:
        rows = rows.where(HoldingImportProblem.id > after)
    return list(tx.scalars(rows.order_by(HoldingImportProblem.id).limit(limit)))


def page(
    tx: Tx, table: type[Kept], *, seen_by: Actor, prefix: str | None, owner: int | None, after: int | None, limit: int
) -> list[Kept]:
    """Rows of the ledger in the order in which they were first entered."""
    rows = select(table).where(in_scope(table.region_code, seen_by))
    if prefix is not None:
        rows = rows.where(table.region_code.startswith(prefix, autoescape=True))
    if owner is not None:
        rows = rows.where(table.owner_party_id == owner)
    if after is not None:
        rows = rows.where(table.id > after)
    return list(tx.scalars(rows.order_by(table.id).limit(limit)))


def page_imports(tx: Tx, *, seen_by: Actor, prefix: str | None, after: int | None, limit: int) -> list[HoldingImport]:
    """Newest first."""
    rows = select(HoldingImport).where(in_scope(HoldingImport.region_code, seen_by))
    if prefix is not None:
        rows = rows.where(HoldingImport.region_code.startswith(prefix, autoescape=True))
    if after is not None:
        rows = rows.where(HoldingImport.id < after)
    return list(tx.scalars(rows.order_by(HoldingImport.id.desc()).limit(limit)))


def lock_asset(tx: Tx, asset_id: int, *, seen_by: Actor) -> HoldingAsset:
    found = tx.scalar(
        select(HoldingAsset)
        .where(HoldingAsset.id == asset_id, in_scope(HoldingAsset.region_code, seen_by))
        .with_for_update()
    )
    if found is None:
        raise NotFound("台账中没有这项资产")
    return found


def owners(tx: Tx, region_code: str) -> dict[str, int]:
    """The collectives, village committees and groups of a village by name; a name that two of them bear names none."""
    rows = tx.execute(
        select(Party.name, func.min(Party.id))
        .where(Party.region_code == region_code, Party.kind.in_(COLLECTIVE_KINDS), Party.end_lifespan_at.is_(None))
        .group_by(Party.name)
        .having(func.count() == 1)
        .order_by(Party.name)
    )
    return {row[0]: row[1] for row in rows}


def accounts(tx: Tx, region_code: str) -> dict[bytes, int]:
    """Owner of each account in the ledger of a village, by digest."""
    rows = tx.execute(
        select(HoldingAccount.account_digest, HoldingAccount.owner_party_id).where(
            HoldingAccount.region_code == region_code
        )
    )
    return {row[0]: row[1] for row in rows}


def holders(tx: Tx, digests: Sequence[bytes]) -> dict[bytes, int]:
    """Whose these accounts are on the whole platform, by the ledger or by the registry."""
    registered = select(Party.bank_account_digest, Party.id).where(
        Party.bank_account_digest.in_(digests), Party.kind.in_(COLLECTIVE_KINDS), Party.end_lifespan_at.is_(None)
    )
    kept = select(HoldingAccount.account_digest, HoldingAccount.owner_party_id).where(
        HoldingAccount.account_digest.in_(digests)
    )
    return {digest: owner for rows in (registered, kept) for digest, owner in tx.execute(rows) if digest is not None}


def things(tx: Tx, region_code: str) -> set[tuple[int, str]]:
    """Owner and number of every asset and resource in the ledger of a village."""
    assets = select(HoldingAsset.owner_party_id, HoldingAsset.asset_no).where(HoldingAsset.region_code == region_code)
    land = select(HoldingResource.owner_party_id, HoldingResource.resource_no).where(
        HoldingResource.region_code == region_code
    )
    return {(owner, number) for rows in (assets, land) for owner, number in tx.execute(rows)}


def names_of(tx: Tx, parties: Iterable[int]) -> dict[int, str]:
    rows = tx.execute(select(Party.id, Party.name).where(Party.id.in_(set(parties))))
    return {row[0]: row[1] for row in rows}


def not_traded(
    tx: Tx, *, seen_by: Actor, prefix: str | None, after: int | None, limit: int
) -> list[tuple[HoldingContract, str]]:
    """Contracts of the ledger that no valid certificate of the platform stands behind, and why."""
    issued = (
        select(Certificate.id)
        .where(Certificate.cert_no == HoldingContract.certificate_no, Certificate.status.in_(HELD))
        .exists()
    )
    reason = case(
        (HoldingContract.certificate_no.is_(None), WarningReason.NO_CERTIFICATE.value),
        else_=WarningReason.UNKNOWN_CERTIFICATE.value,
    )
    rows = select(HoldingContract, reason).where(
        in_scope(HoldingContract.region_code, seen_by), or_(HoldingContract.certificate_no.is_(None), ~issued)
    )
    if prefix is not None:
        rows = rows.where(HoldingContract.region_code.startswith(prefix, autoescape=True))
    if after is not None:
        rows = rows.where(HoldingContract.id > after)
    found = tx.execute(rows.order_by(HoldingContract.id).limit(limit))
    return [(row[0], row[1]) for row in found]
