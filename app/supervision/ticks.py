"""What ends by itself: files of exports are not kept for ever."""

from app.base.db import Tx
from app.supervision import actions


def forget_exports(tx: Tx) -> int:
    """Removes the files of exports a week after they were finished."""
    return actions.forget(tx)
