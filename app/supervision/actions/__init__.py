"""What a supervisor does with the log besides reading it: every act is itself in the log."""

from app.supervision.actions.exports import ask_for_export, forget, parts, run_next, take
from app.supervision.actions.reading import (
    BATCH,
    COLUMNS,
    begin_export,
    exported,
    is_personal,
    lines,
    note_search,
    open_personal,
)  # fmt: skip
from app.supervision.actions.saved import change, drop, save

__all__ = [
    "BATCH",
    "COLUMNS",
    "ask_for_export",
    "begin_export",
    "change",
    "drop",
    "exported",
    "forget",
    "is_personal",
    "lines",
    "note_search",
    "open_personal",
    "parts",
    "run_next",
    "save",
    "take",
]
