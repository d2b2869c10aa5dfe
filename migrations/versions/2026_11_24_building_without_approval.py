"""Building without approval is found: findings with their evidence, and warnings about them too.

A finding that is not over stands in the way of the household's application and registration. Evidence is only ever added
to.
"""

from alembic import op

revision = "breaches"
down_revision = "homesteads"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE homestead_breach (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            region_code VARCHAR(12) NOT NULL,
            state VARCHAR(40) NOT NULL,
            since_on DATE NOT NULL,
            due_on DATE,
            kind VARCHAR(40) NOT NULL,
            builder_party_id BIGINT NOT NULL,
            parcel_id BIGINT,
            place VARCHAR(200) NOT NULL,
            area_m2 NUMERIC(10, 2) NOT NULL,
            found_on DATE NOT NULL,
            found_by_person BIGINT NOT NULL,
            description TEXT NOT NULL,
            recorded_at timestamptz NOT NULL,
            stop_no VARCHAR(60),
            stopped_on DATE,
            require_no VARCHAR(60),
            correct_until DATE,
            decision_no VARCHAR(60),
            decision TEXT,
            decided_on DATE,
            decided_by_person BIGINT,
            outcome VARCHAR(200),
            closed_on DATE,
            closed_by_person BIGINT,
            CONSTRAINT homestead_breach_pkey PRIMARY KEY (id),
            CONSTRAINT homestead_breach_area_is_positive CHECK (area_m2 > 0),
            CONSTRAINT homestead_breach_stop_order_is_whole CHECK (num_nonnulls(stop_no, stopped_on) IN (0, 2)),
            CONSTRAINT homestead_breach_correction_is_whole CHECK (num_nonnulls(require_no, correct_until) IN
                (0, 2)),
            CONSTRAINT homestead_breach_decision_is_whole CHECK (num_nonnulls(decision_no, decision,
                decided_on, decided_by_person) IN (0, 4)),
            CONSTRAINT homestead_breach_another_decides CHECK (decided_by_person <> found_by_person),
            CONSTRAINT homestead_breach_decided_in_writing CHECK (state <> 'decided' OR decision_no IS NOT
                NULL),
            CONSTRAINT homestead_breach_over_on_a_day CHECK ((state NOT IN ('closed', 'dismissed')) =
                (closed_on IS NULL)),
            CONSTRAINT homestead_breach_end_is_whole CHECK (num_nonnulls(closed_on, closed_by_person, outcome)
                IN (0, 3)),
            CONSTRAINT homestead_breach_another_closes CHECK (closed_by_person <> found_by_person AND
                closed_by_person <> decided_by_person),
            CONSTRAINT homestead_breach_region_code_fkey FOREIGN KEY(region_code) REFERENCES region (code),
            CONSTRAINT homestead_breach_state_is_known CHECK (state IN ('found', 'stopped', 'correcting',
                'corrected', 'decided', 'closed', 'dismissed')),
            CONSTRAINT homestead_breach_kind_is_known CHECK (kind IN ('unapproved', 'over_area', 'wrong_place',
                'farmland')),
            CONSTRAINT homestead_breach_builder_party_id_fkey FOREIGN KEY(builder_party_id) REFERENCES party
                (id),
            CONSTRAINT homestead_breach_parcel_id_fkey FOREIGN KEY(parcel_id) REFERENCES parcel (id),
            CONSTRAINT homestead_breach_found_by_person_fkey FOREIGN KEY(found_by_person) REFERENCES person
                (id),
            CONSTRAINT homestead_breach_decided_by_person_fkey FOREIGN KEY(decided_by_person) REFERENCES person
                (id),
            CONSTRAINT homestead_breach_closed_by_person_fkey FOREIGN KEY(closed_by_person) REFERENCES person
                (id)
        )
    """)
    op.execute("""
        CREATE INDEX homestead_breach_builder_idx ON homestead_breach (builder_party_id) WHERE state NOT IN
                ('closed', 'dismissed')
    """)
    op.execute("""
        CREATE INDEX homestead_breach_due_idx ON homestead_breach (due_on) WHERE state NOT IN ('closed',
                'dismissed')
    """)
    op.execute("""
        CREATE INDEX homestead_breach_parcel_idx ON homestead_breach (parcel_id) WHERE state NOT IN ('closed',
                'dismissed')
    """)
    op.execute("""
        CREATE INDEX homestead_breach_region_idx ON homestead_breach (region_code text_pattern_ops)
    """)
    op.execute("""
        CREATE TABLE homestead_evidence (
            breach_id BIGINT NOT NULL,
            document_id BIGINT NOT NULL,
            sha256 BYTEA NOT NULL,
            CONSTRAINT homestead_evidence_pkey PRIMARY KEY (breach_id, document_id),
            CONSTRAINT homestead_evidence_breach_id_fkey FOREIGN KEY(breach_id) REFERENCES homestead_breach
                (id),
            CONSTRAINT homestead_evidence_document_id_fkey FOREIGN KEY(document_id) REFERENCES document (id)
        )
    """)
    op.execute("""
        CREATE TRIGGER homestead_evidence_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON homestead_evidence
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """)
    op.execute("""
        ALTER TABLE homestead_warning
            ADD COLUMN breach_id BIGINT,
            ALTER COLUMN case_id DROP NOT NULL,
            ADD CONSTRAINT homestead_warning_breach_id_state_since_on_key UNIQUE (breach_id, state, since_on),
            ADD CONSTRAINT homestead_warning_about_one_thing CHECK (num_nonnulls(case_id, breach_id) = 1),
            ADD CONSTRAINT homestead_warning_breach_id_fkey FOREIGN KEY(breach_id) REFERENCES homestead_breach (id)
    """)


def downgrade() -> None:
    op.execute("DELETE FROM homestead_warning WHERE case_id IS NULL")
    op.execute("ALTER TABLE homestead_warning DROP COLUMN breach_id, ALTER COLUMN case_id SET NOT NULL")
    op.execute("ALTER TABLE homestead_warning DROP CONSTRAINT IF EXISTS homestead_warning_about_one_thing")
    op.execute("DROP TABLE homestead_evidence")
    op.execute("DROP TABLE homestead_breach")
