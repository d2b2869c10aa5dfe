"""What reading a workbook finds: sheets with their sound rows, problems by sheet, row and column."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import IO, Any, Final

from app.holdings.cells import Value
from app.holdings.sheets import Sheet
from app.holdings.states import Severity

MAX_ROWS: Final = 200_000
"""Rows of one workbook. A village keeps a few hundred; a township's years go in by village."""
MAX_PROBLEMS: Final = 5_000
"""Problems that are listed; the others are counted."""
MAX_ERRORS: Final = 20_000
"""With so many wrong, it is another file than the one that was meant: reading ends."""
SEPARATE: Final = "村民委员会与集体经济组织须分设账户（政经分离）"


@dataclass(frozen=True, slots=True)
class Found:
    severity: Severity
    code: str
    reason: str
    sheet: str | None = None
    row_no: int | None = None
    column_title: str | None = None
    cell: str | None = None


@dataclass(slots=True)
class Known:
    """What the ledger and the registry hold of the village already.

    `owners` by name, `accounts` digest → owner, `things` (owner, number); `holders` asks whose accounts are elsewhere.
    """

    owners: dict[str, int]
    accounts: dict[bytes, int]
    things: set[tuple[int, str]]
    holders: Callable[[list[bytes]], Mapping[bytes, int]]
    today: date


@dataclass(slots=True)
class Page:
    """One sheet that was read: its sound rows in `spool`, what they are known by in `keys`, the rows that merges spoil."""

    sheet: Sheet
    spool: IO[bytes]
    n_read: int = 0
    n_valid: int = 0
    n_examples: int = 0
    keys: dict[tuple[Value, ...], int] = field(default_factory=dict)
    spoilt: list[tuple[int, int]] = field(default_factory=list)
    owners: dict[bytes, int] = field(default_factory=dict)
    header_row: int = 0
    last_row: int = 0


@dataclass(slots=True)
class Checked:
    pages: list[Page] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    n_errors: int = 0
    n_notes: int = 0
    n_rows: int = 0

    def error(self, code: str, reason: str, **where: Any) -> None:
        self.n_errors += 1
        self._keep(Found(Severity.ERROR, code, reason, **where))

    def note(self, code: str, reason: str, **where: Any) -> None:
        self.n_notes += 1
        self._keep(Found(Severity.NOTE, code, reason, **where))

    def fatal(self, code: str, reason: str) -> None:
        """What ended the reading stands first and is always listed; of what was read nothing is kept."""
        self.n_errors += 1
        self.found.insert(0, Found(Severity.ERROR, code, reason))
        del self.found[MAX_PROBLEMS:]
        self.close()
        self.pages = []

    def _keep(self, found: Found) -> None:
        if len(self.found) < MAX_PROBLEMS:
            self.found.append(found)

    def close(self) -> None:
        for page in self.pages:
            page.spool.close()
