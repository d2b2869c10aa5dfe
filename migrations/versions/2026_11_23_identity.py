"""Natural persons behind accounts, accounts with roles in regions, and sessions that can be ended at once.

Rules about four eyes compare persons, so a person's number is unique (by digest; the number itself is sealed).
A role once held stays on record: who could do what on a day is evidence.
"""

from alembic import op

revision = "identity"
down_revision = "audit"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE identity_change (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            account_id BIGINT NOT NULL,
            xid BIGINT DEFAULT (pg_current_xact_id()::text)::bigint NOT NULL,
            CONSTRAINT identity_change_pkey PRIMARY KEY (id)
        )
    """)
    op.execute("CREATE INDEX identity_change_xid_idx ON identity_change (xid)")
    op.execute("""
        CREATE TABLE login_failure (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            name_digest BYTEA NOT NULL,
            at timestamptz NOT NULL,
            CONSTRAINT login_failure_pkey PRIMARY KEY (id)
        )
    """)
    op.execute("CREATE INDEX login_failure_name_idx ON login_failure (name_digest, at)")
    op.execute("CREATE INDEX login_failure_at_idx ON login_failure (at)")
    op.execute("""
        CREATE TABLE organisation (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            kind VARCHAR(30) NOT NULL,
            name VARCHAR(200) NOT NULL,
            credit_code VARCHAR(18),
            region_code VARCHAR(12) NOT NULL,
            created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
            CONSTRAINT organisation_pkey PRIMARY KEY (id),
            CONSTRAINT organisation_kind_is_known CHECK (kind IN ('collective','village_committee','town',
                'centre','city_centre','department','joint_conference','enterprise','cooperative','bank',
                'platform')),
            CONSTRAINT organisation_name_key UNIQUE (name),
            CONSTRAINT organisation_credit_code_key UNIQUE (credit_code)
        )
    """)
    op.execute("""
        CREATE TABLE person (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            name VARCHAR(60) NOT NULL,
            id_number_digest BYTEA NOT NULL,
            id_number_sealed BYTEA NOT NULL,
            phone VARCHAR(20),
            created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
            CONSTRAINT person_pkey PRIMARY KEY (id),
            CONSTRAINT person_id_number_digest_key UNIQUE (id_number_digest)
        )
    """)
    op.execute("""
        CREATE TABLE account (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            login VARCHAR(60) NOT NULL,
            password_hash VARCHAR(200) NOT NULL,
            person_id BIGINT NOT NULL,
            organisation_id BIGINT,
            is_demo BOOLEAN DEFAULT false NOT NULL,
            one_time_password BOOLEAN DEFAULT false NOT NULL,
            disabled_at timestamptz,
            created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
            CONSTRAINT account_pkey PRIMARY KEY (id),
            CONSTRAINT account_login_is_lower_case CHECK (login = lower(login)),
            CONSTRAINT account_login_key UNIQUE (login),
            CONSTRAINT account_person_id_fkey FOREIGN KEY(person_id) REFERENCES person (id),
            CONSTRAINT account_organisation_id_fkey FOREIGN KEY(organisation_id) REFERENCES organisation (id)
        )
    """)
    op.execute("""
        CREATE TABLE api_client (
            id VARCHAR(40) NOT NULL,
            name VARCHAR(200) NOT NULL,
            account_id BIGINT NOT NULL,
            secret_digest BYTEA NOT NULL,
            disabled_at timestamptz,
            created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
            CONSTRAINT api_client_pkey PRIMARY KEY (id),
            CONSTRAINT api_client_account_id_fkey FOREIGN KEY(account_id) REFERENCES account (id)
        )
    """)
    op.execute("""
        CREATE TABLE role_grant (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            account_id BIGINT NOT NULL,
            role VARCHAR(30) NOT NULL,
            region_code VARCHAR(12) COLLATE "C" NOT NULL,
            granted_by BIGINT,
            granted_at timestamptz DEFAULT clock_timestamp() NOT NULL,
            revoked_at timestamptz,
            CONSTRAINT role_grant_pkey PRIMARY KEY (id),
            CONSTRAINT role_grant_region_is_a_division CHECK (region_code ~ '^[0-9]{2,12}$'),
            CONSTRAINT role_grant_role_is_known CHECK (role IN ('village_clerk', 'household',
                'town_station', 'centre_reception', 'centre_reviewer', 'centre_approver',
                'centre_auctioneer', 'centre_cashier', 'centre_certifier', 'centre_archivist',
                'city_centre', 'supervisor', 'joint_conference', 'bidder', 'bank', 'auditor', 'operator')),
            CONSTRAINT role_grant_is_granted_before_it_is_revoked CHECK (revoked_at >= granted_at),
            CONSTRAINT role_grant_account_id_fkey FOREIGN KEY(account_id) REFERENCES account (id),
            CONSTRAINT role_grant_granted_by_fkey FOREIGN KEY(granted_by) REFERENCES account (id)
        )
    """)
    op.execute("""
        CREATE UNIQUE INDEX role_grant_current_key ON role_grant (account_id, role,
                region_code) WHERE revoked_at IS NULL
    """)
    op.execute("""
        CREATE TABLE login_session (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            account_id BIGINT NOT NULL,
            client_id VARCHAR(40),
            started_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            ended_at timestamptz,
            end_reason VARCHAR(40),
            CONSTRAINT login_session_pkey PRIMARY KEY (id),
            CONSTRAINT login_session_account_id_fkey FOREIGN KEY(account_id) REFERENCES account (id),
            CONSTRAINT login_session_client_id_fkey FOREIGN KEY(client_id) REFERENCES api_client (id)
        )
    """)
    op.execute("CREATE INDEX login_session_account_id_idx ON login_session (account_id)")
    op.execute("""
        CREATE TABLE refresh_token (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            session_id BIGINT NOT NULL,
            digest BYTEA NOT NULL,
            issued_at timestamptz NOT NULL,
            used_at timestamptz,
            CONSTRAINT refresh_token_pkey PRIMARY KEY (id),
            CONSTRAINT refresh_token_digest_key UNIQUE (digest),
            CONSTRAINT refresh_token_session_id_fkey FOREIGN KEY(session_id) REFERENCES login_session (id)
        )
    """)
    op.execute("CREATE INDEX refresh_token_session_id_idx ON refresh_token (session_id)")
    op.execute("CREATE INDEX refresh_token_issued_idx ON refresh_token (issued_at)")
    op.execute("""
        CREATE TRIGGER role_grant_stays BEFORE DELETE OR TRUNCATE ON role_grant
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """)


def downgrade() -> None:
    for table in (
        "refresh_token", "login_session", "role_grant", "api_client", "account", "person", "organisation",
        "login_failure", "identity_change",
    ):  # fmt: skip
        op.execute(f"DROP TABLE {table}")
