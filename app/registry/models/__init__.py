"""The tables of the registry, named after the classes of ISO 19152 (LADM)."""

from app.registry.models.agreements import Consent, Filing, Mortgage
from app.registry.models.collectives import CollectiveMember, CollectiveOffice, ResolutionVoter
from app.registry.models.decisions import Document, DocumentBody, Mandate, Resolution
from app.registry.models.parcels import Asset, BaUnit, BaUnitItem, Parcel
from app.registry.models.parties import Collective, NumberSeries, Party, PartyMember, Region
from app.registry.models.rights import LandRight, Lease, Responsibility, Restriction
from app.registry.models.versions import RegistryVersion

__all__ = [
    "Asset",
    "BaUnit",
    "BaUnitItem",
    "Collective",
    "CollectiveMember",
    "CollectiveOffice",
    "Consent",
    "Document",
    "DocumentBody",
    "Filing",
    "LandRight",
    "Lease",
    "Mandate",
    "Mortgage",
    "NumberSeries",
    "Parcel",
    "Party",
    "PartyMember",
    "Region",
    "RegistryVersion",
    "Resolution",
    "ResolutionVoter",
    "Responsibility",
    "Restriction",
]
