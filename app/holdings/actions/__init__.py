"""What may be done with the ledger: send a workbook in, have it read, take an asset into the registry, hand it out."""

from app.holdings.actions.imports import MAX_FILE, MAX_WAITING, known_of, run_next, submit
from app.holdings.actions.linking import register
from app.holdings.actions.workbooks import export, template

__all__ = ["MAX_FILE", "MAX_WAITING", "export", "known_of", "register", "run_next", "submit", "template"]
