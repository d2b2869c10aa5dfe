"""Who made an offer in the free period, and the word that others hear in the timed one."""

from alembic import op

revision = "free_bids_are_asked"
down_revision = "ties_are_drawn"
branch_labels = None
depends_on = None

_BEFORE = (
    "LEADING AGREED NOT_OPEN ENDED NOT_QUALIFIED DEPOSIT_MISSING BELOW_START STEP_TOO_SMALL STEP_NOT_MULTIPLE"
    " STEP_TOO_LARGE OVER_CAP SELF_OUTBID FROZEN DUPLICATE RATE_LIMITED PRIORITY_ONLY BAD_BASIS CONFIRM_JUMP STALE_SCREEN"
    " SEALED_ONLY OTHER_MODE"
)


def _know(words: str) -> None:
    known = ", ".join(f"'{word}'" for word in words.split())
    op.execute("ALTER TABLE bid DROP CONSTRAINT bid_verdict_is_known")
    op.execute(f"ALTER TABLE bid ADD CONSTRAINT bid_verdict_is_known CHECK (verdict IN ({known}))")


def upgrade() -> None:
    op.execute("ALTER TABLE auction_session ADD COLUMN free_bidders jsonb NOT NULL DEFAULT '[]'")
    _know(_BEFORE + " FREE_BID_MISSING")


def downgrade() -> None:
    _know(_BEFORE)
    op.execute("ALTER TABLE auction_session DROP COLUMN free_bidders")
