"""County parameters have a history, two persons behind each, and the calendar is data.

A working day is counted only in a year whose arrangement was published and loaded; no year is guessed.
"""

from alembic import op

revision = "compliance"
down_revision = "identity"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE calendar_year (
            year INTEGER NOT NULL,
            source VARCHAR(200) NOT NULL,
            loaded_at timestamptz DEFAULT clock_timestamp() NOT NULL,
            CONSTRAINT calendar_year_pkey PRIMARY KEY (year)
        )
    """)
    op.execute("""
        CREATE TABLE calendar_day (
            day DATE NOT NULL,
            year INTEGER NOT NULL,
            is_workday BOOLEAN NOT NULL,
            CONSTRAINT calendar_day_pkey PRIMARY KEY (day),
            CONSTRAINT calendar_day_year_fkey FOREIGN KEY(year) REFERENCES calendar_year (year)
        )
    """)
    op.execute("""
        CREATE TABLE county_parameter (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            county_code VARCHAR(6) NOT NULL,
            name VARCHAR(60) NOT NULL,
            value JSONB NOT NULL,
            valid_from DATE NOT NULL,
            basis TEXT NOT NULL,
            proposed_by_person BIGINT NOT NULL,
            proposed_at timestamptz NOT NULL,
            decision VARCHAR(10),
            decided_by_person BIGINT,
            decided_at timestamptz,
            decision_note TEXT,
            CONSTRAINT county_parameter_pkey PRIMARY KEY (id),
            CONSTRAINT county_parameter_four_eyes CHECK (decided_by_person <> proposed_by_person),
            CONSTRAINT county_parameter_decision_is_known CHECK (decision IN ('approved','rejected')),
            CONSTRAINT county_parameter_decided_with_an_instant CHECK ((decision IS NULL) = (decided_at IS NULL)),
            CONSTRAINT county_parameter_proposed_by_person_fkey FOREIGN KEY(proposed_by_person) REFERENCES person (id),
            CONSTRAINT county_parameter_decided_by_person_fkey FOREIGN KEY(decided_by_person) REFERENCES person (id)
        )
    """)
    op.execute("CREATE INDEX county_parameter_lookup_idx ON county_parameter (county_code, name, valid_from)")


def downgrade() -> None:
    for table in ("county_parameter", "calendar_day", "calendar_year"):
        op.execute(f"DROP TABLE {table}")
