"""States, phases and verdicts are words of their lists, whoever writes the row."""

from alembic import op

revision = "words_are_known"
down_revision = "acts_of_other_modes"
branch_labels = None
depends_on = None

_LOT = (
    "L00 L10 L11 L12 L13 L20 L21 L22 L30 L31 L40 L41 L42 L50 L60 L61 L62 L63 L64 L65 L66 L67 L70 L71 L72 L73 L74 L75 L76"
    " L80 L81 L82 L85 L86 L90 T1 T2"
)
_PHASE = "WAITING FREE SEALED ACTS PREP TIMED CAP FROZEN ENDED"
_VERDICT = (
    "LEADING AGREED NOT_OPEN ENDED NOT_QUALIFIED DEPOSIT_MISSING BELOW_START STEP_TOO_SMALL STEP_NOT_MULTIPLE"
    " STEP_TOO_LARGE OVER_CAP SELF_OUTBID FROZEN DUPLICATE RATE_LIMITED PRIORITY_ONLY BAD_BASIS CONFIRM_JUMP STALE_SCREEN"
    " SEALED_ONLY OTHER_MODE"
)
_WORDS = (
    ("lot", "state", _LOT),
    ("lot", "price_basis", "yuan_per_mu_year yuan_per_year yuan_total yuan_per_m2_month yuan_per_m3 yuan_per_tonne"),
    ("auction_session", "phase", _PHASE),
    ("auction_session", "paused", _PHASE),
    ("bid", "phase", _PHASE),
    ("bid", "verdict", _VERDICT),
    ("entry", "state", "applied qualified unqualified withdrawn"),
    ("award", "state", "pending confirmed final defaulted cancelled"),
    ("sealed_round", "state", "reserve sealing closed revealing opened revealed"),
    (
        "sealed_offer",
        "verdict",
        "SEALED WITHDRAWN NOT_OPEN ENDED FROZEN NOT_QUALIFIED DEPOSIT_MISSING NOT_TIED DUPLICATE",
    ),
    ("contract", "state", "C00 C01 C10 C11 C12 C13 C14 C15 C20 C30 C31 C32 C33 C40 C99"),
    ("objection", "state", "filed dismissed upheld appealed reviewed"),
)


def upgrade() -> None:
    for table, column, words in _WORDS:
        known = ", ".join(f"'{word}'" for word in words.split())
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_is_known CHECK ({column} IN ({known}))")


def downgrade() -> None:
    for table, column, _ in reversed(_WORDS):
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_{column}_is_known")
