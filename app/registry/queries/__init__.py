"""Every read of the registry: one thing, a page of things, and the facts that a compliance case takes from here."""

from app.registry.queries.facts import (
    asset_facts,
    mandate_facts,
    members,
    owners,
    parcel_facts,
    resolution_facts,
    restriction_facts,
    transferor_facts,
)  # fmt: skip
from app.registry.queries.one import (
    asset,
    body_of,
    collective,
    document,
    lease,
    leases_by_reference,
    lock_lease,
    lock_mandate,
    lock_parcels,
    lock_party,
    lock_restriction,
    lock_right,
    mandate,
    next_number,
    parcel,
    parcels,
    party,
    party_of,
    region,
    region_name,
    resolution,
    restriction,
    right,
    things_of,
)  # fmt: skip
from app.registry.queries.pages import (
    page_assets,
    page_documents,
    page_leases,
    page_mandates,
    page_parcels,
    page_parties,
    page_regions,
    page_resolutions,
    page_restrictions,
    page_rights,
)  # fmt: skip

__all__ = [
    "asset", "asset_facts", "body_of", "collective", "document", "lease", "leases_by_reference", "lock_lease",
    "lock_mandate", "lock_parcels", "lock_party", "lock_restriction", "lock_right", "mandate", "mandate_facts",
    "members", "next_number", "owners", "page_assets", "page_documents", "page_leases", "page_mandates",
    "page_parcels", "page_parties", "page_regions", "page_resolutions", "page_restrictions", "page_rights",
    "parcel", "parcel_facts", "parcels", "party", "party_of", "region", "region_name", "resolution",
    "resolution_facts", "restriction", "restriction_facts", "right", "things_of", "transferor_facts",
]  # fmt: skip
