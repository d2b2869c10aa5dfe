"""Rights are given back: applications of voluntary paid exit, each of one right, with the household's consents.

There is no column by which an application could depend on another, or anything be gained by it (土地管理法实施条例 36、农村土地承包法
27: never a condition).
"""

from alembic import op

revision = "exits"
down_revision = "shares_confirmed"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE exit_application (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            region_code VARCHAR(12) NOT NULL,
            kind VARCHAR(30) NOT NULL,
            state VARCHAR(30) NOT NULL,
            collective_party_id BIGINT NOT NULL,
            holder_party_id BIGINT NOT NULL,
            right_id BIGINT NOT NULL,
            representative_party_id BIGINT NOT NULL,
            statement TEXT NOT NULL,
            document_id BIGINT,
            return_on DATE NOT NULL,
            applied_at timestamptz NOT NULL,
            applied_by_person BIGINT NOT NULL,
            resolution_id BIGINT,
            price_fen BIGINT,
            agreed_by_person BIGINT,
            publicised_on DATE,
            publicity_until DATE,
            reaffirmed_on DATE,
            confirmed_by_person BIGINT,
            paid_on DATE,
            bank_reference VARCHAR(80),
            paid_by_person BIGINT,
            ended_at timestamptz,
            reason VARCHAR(200),
            CONSTRAINT exit_application_pkey PRIMARY KEY (id),
            CONSTRAINT exit_application_kind_is_known
                CHECK (kind IN ('contract_right', 'homestead', 'income_share')),
            CONSTRAINT exit_application_state_is_known CHECK (state IN ('applied', 'agreed', 'publicised', 'confirmed',
                'paid', 'ended', 'withdrawn', 'declined')),
            CONSTRAINT exit_application_exit_is_paid_for CHECK (price_fen > 0),
            CONSTRAINT exit_application_agreed_with_a_price CHECK (state IN ('applied', 'withdrawn', 'declined')
                OR num_nonnulls(price_fen, resolution_id) = 2),
            CONSTRAINT exit_application_confirmed_after_asking_again CHECK (
                state NOT IN ('confirmed', 'paid', 'ended') OR num_nonnulls(confirmed_by_person, reaffirmed_on) = 2),
            CONSTRAINT exit_application_paid_on_a_day CHECK ((state IN ('paid', 'ended')) = (paid_on IS NOT NULL)),
            CONSTRAINT exit_application_ended_at_an_instant CHECK ((state = 'ended') = (ended_at IS NOT NULL)),
            CONSTRAINT exit_application_payment_is_whole
                CHECK (num_nonnulls(paid_on, bank_reference, paid_by_person) IN (0, 3)),
            CONSTRAINT exit_application_publicity_runs_forward CHECK (publicised_on < publicity_until),
            CONSTRAINT exit_application_nobody_agrees_with_himself CHECK (agreed_by_person <> applied_by_person),
            CONSTRAINT exit_application_two_persons_confirm CHECK (confirmed_by_person <> agreed_by_person),
            CONSTRAINT exit_application_another_pays CHECK (paid_by_person <> confirmed_by_person),
            CONSTRAINT exit_application_region_code_fkey FOREIGN KEY(region_code) REFERENCES region (code),
            CONSTRAINT exit_application_collective_party_id_fkey FOREIGN KEY(collective_party_id) REFERENCES party (id),
            CONSTRAINT exit_application_holder_party_id_fkey FOREIGN KEY(holder_party_id) REFERENCES party (id),
            CONSTRAINT exit_application_right_id_fkey FOREIGN KEY(right_id) REFERENCES land_right (id),
            CONSTRAINT exit_application_representative_party_id_fkey
                FOREIGN KEY(representative_party_id) REFERENCES party (id),
            CONSTRAINT exit_application_document_id_fkey FOREIGN KEY(document_id) REFERENCES document (id),
            CONSTRAINT exit_application_applied_by_person_fkey FOREIGN KEY(applied_by_person) REFERENCES person (id),
            CONSTRAINT exit_application_resolution_id_fkey FOREIGN KEY(resolution_id) REFERENCES resolution (id),
            CONSTRAINT exit_application_agreed_by_person_fkey FOREIGN KEY(agreed_by_person) REFERENCES person (id),
            CONSTRAINT exit_application_confirmed_by_person_fkey FOREIGN KEY(confirmed_by_person) REFERENCES person (id),
            CONSTRAINT exit_application_paid_by_person_fkey FOREIGN KEY(paid_by_person) REFERENCES person (id)
        )
    """)
    op.execute("""
        CREATE UNIQUE INDEX exit_application_open_key ON exit_application (right_id)
        WHERE state NOT IN ('withdrawn', 'declined')
    """)
    op.execute("CREATE UNIQUE INDEX exit_application_bank_reference_key ON exit_application (bank_reference)")
    op.execute("CREATE INDEX exit_application_representative_idx ON exit_application (representative_party_id)")
    op.execute("CREATE INDEX exit_application_region_idx ON exit_application (region_code text_pattern_ops)")
    op.execute("""
        CREATE TABLE exit_consent (
            application_id BIGINT NOT NULL,
            member_party_id BIGINT NOT NULL,
            form VARCHAR(30) NOT NULL,
            given_on DATE NOT NULL,
            CONSTRAINT exit_consent_pkey PRIMARY KEY (application_id, member_party_id),
            CONSTRAINT exit_consent_form_is_known CHECK (form IN ('paper', 'verified_data_message',
                'unverified_screenshot', 'oral', 'silence')),
            CONSTRAINT exit_consent_application_id_fkey FOREIGN KEY(application_id) REFERENCES exit_application (id),
            CONSTRAINT exit_consent_member_party_id_fkey FOREIGN KEY(member_party_id) REFERENCES party (id)
        )
    """)
    op.execute("""
        CREATE TRIGGER exit_consent_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON exit_consent
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """)


def downgrade() -> None:
    op.execute("DROP TABLE exit_consent")
    op.execute("DROP TABLE exit_application")
