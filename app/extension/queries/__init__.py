"""Every read of the extension: programmes, contracts, and where each household stands."""

from app.extension.queries.contracts import (
    contract,
    contracts,
    counts,
    lock_signed,
    numbered,
    own_contract,
    own_contracts,
    own_party,
    speaks_for,
)
from app.extension.queries.programmes import Outlook, live, outlook, page, programme
from app.extension.queries.standings import (
    ANOTHER_END,
    CARRIED_ON,
    NO_AFFAIR,
    OWN_TERM_LAND,
    Standing,
    landless,
    of_collective,
    standing_exclusion,
    standings,
)

__all__ = [
    "ANOTHER_END",
    "CARRIED_ON",
    "NO_AFFAIR",
    "OWN_TERM_LAND",
    "Outlook",
    "Standing",
    "contract",
    "contracts",
    "counts",
    "landless",
    "live",
    "lock_signed",
    "numbered",
    "of_collective",
    "outlook",
    "own_contract",
    "own_contracts",
    "own_party",
    "page",
    "programme",
    "speaks_for",
    "standing_exclusion",
    "standings",
]
