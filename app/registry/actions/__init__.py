"""Everything that changes the registry, one theme a file. Each act is audited and stays in the actor's regions."""

from app.registry.actions.agreements import record_consent, record_filing, withdraw_consent
from app.registry.actions.carried import carried
from app.registry.actions.collectives import appoint, join, leave, retire
from app.registry.actions.conveyance import convey
from app.registry.actions.decisions import record_mandate, record_resolution, revoke_mandate
from app.registry.actions.documents import MAX_DOCUMENT, record_document
from app.registry.actions.leases import end_lease, grant_lease
from app.registry.actions.mortgages import register_mortgage, release_mortgage
from app.registry.actions.parcels import amend_parcel, record_asset, record_parcel
from app.registry.actions.parties import record_collective, record_members, record_party, unmask
from app.registry.actions.regions import load_regions
from app.registry.actions.restrictions import discharge, impose, oblige, release
from app.registry.actions.rights import end_right, record_right
from app.registry.actions.succession import record_death, succeed

__all__ = [
    "MAX_DOCUMENT",
    "amend_parcel",
    "appoint",
    "carried",
    "convey",
    "discharge",
    "end_lease",
    "end_right",
    "grant_lease",
    "impose",
    "join",
    "leave",
    "load_regions",
    "oblige",
    "record_asset",
    "record_collective",
    "record_consent",
    "record_death",
    "record_document",
    "record_filing",
    "record_mandate",
    "record_members",
    "record_parcel",
    "record_party",
    "record_resolution",
    "record_right",
    "register_mortgage",
    "release",
    "release_mortgage",
    "retire",
    "revoke_mandate",
    "succeed",
    "unmask",
    "withdraw_consent",
]  # fmt: skip
