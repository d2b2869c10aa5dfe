"""Who belongs to a collective, who speaks for it, and how each of them voted.

The base of every two-thirds count is a number of people on a day, so the people are registered with their days, and a
resolution's counts are held against its voters when the transaction ends. A person is a member of one collective at a
time (农村集体经济组织法 12). A village committee and a collective never share a bank account (政经分离).
"""

from alembic import op

revision = "registry_collectives"
down_revision = "performance"
branch_labels = None
depends_on = None

SOURCES = "'certificate', 'contract', 'resolution', 'court_order', 'administrative_decision', 'succession', 'mandate'"
COLLECTIVES = "'collective_economic_organisation', 'village_committee', 'villager_group'"


def upgrade() -> None:
    op.execute("""
        ALTER TABLE party ADD sex varchar(40), ADD died_on date, ADD bank_account_digest bytea,
        ADD CONSTRAINT party_sex_is_known CHECK (sex IN ('female', 'male')),
        ADD CONSTRAINT party_only_persons_die CHECK (num_nonnulls(sex, died_on) = 0 OR kind = 'individual')
    """)
    op.execute(f"""
        CREATE UNIQUE INDEX party_collectives_account_key ON party (bank_account_digest)
        WHERE kind IN ({COLLECTIVES}) AND end_lifespan_at IS NULL
    """)
    op.execute("ALTER TABLE resolution ADD minutes_document_id bigint REFERENCES document")
    op.execute(f"""
        CREATE TABLE collective_member (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            region_code varchar(12) NOT NULL REFERENCES region,
            collective_party_id bigint NOT NULL REFERENCES party,
            member_party_id bigint NOT NULL REFERENCES party,
            household_party_id bigint REFERENCES party,
            joined_on date NOT NULL,
            left_on date,
            left_because varchar(200),
            source_kind varchar(40) NOT NULL,
            source varchar(200) NOT NULL,
            recorded_at timestamptz NOT NULL,
            CONSTRAINT collective_member_days_run_forward CHECK (joined_on <= left_on),
            CONSTRAINT collective_member_leaving_has_a_reason CHECK ((left_on IS NULL) = (left_because IS NULL)),
            CONSTRAINT collective_member_source_is_known CHECK (source_kind IN ({SOURCES})),
            CONSTRAINT collective_member_of_one_collective_a_day EXCLUDE USING gist
                (member_party_id WITH =, daterange(joined_on, left_on) WITH &&)
        )
    """)
    op.execute("CREATE INDEX collective_member_collective_idx ON collective_member (collective_party_id, id)")
    op.execute("CREATE INDEX collective_member_household_idx ON collective_member (household_party_id)")
    op.execute("CREATE INDEX collective_member_region_idx ON collective_member (region_code text_pattern_ops)")
    op.execute(f"""
        CREATE TABLE collective_office (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            region_code varchar(12) NOT NULL REFERENCES region,
            collective_party_id bigint NOT NULL REFERENCES party,
            holder_party_id bigint NOT NULL REFERENCES party,
            office varchar(40) NOT NULL,
            term_start date NOT NULL,
            term_end date NOT NULL,
            ended_on date,
            ended_because varchar(200),
            source_kind varchar(40) NOT NULL,
            source varchar(200) NOT NULL,
            recorded_at timestamptz NOT NULL,
            CONSTRAINT collective_office_term_runs_forward CHECK (term_start <= term_end),
            CONSTRAINT collective_office_ended_after_it_began CHECK (term_start <= ended_on),
            CONSTRAINT collective_office_end_has_a_reason CHECK ((ended_on IS NULL) = (ended_because IS NULL)),
            CONSTRAINT collective_office_is_known CHECK (office IN ('representative', 'council', 'supervisor')),
            CONSTRAINT collective_office_source_is_known CHECK (source_kind IN ({SOURCES})),
            CONSTRAINT collective_office_once_a_day EXCLUDE USING gist
                (collective_party_id WITH =, holder_party_id WITH =, office WITH =,
                 daterange(term_start, ended_on) WITH &&)
        )
    """)
    op.execute("CREATE INDEX collective_office_holder_idx ON collective_office (holder_party_id)")
    op.execute("CREATE INDEX collective_office_region_idx ON collective_office (region_code text_pattern_ops)")
    op.execute("""
        CREATE TABLE resolution_voter (
            resolution_id bigint NOT NULL REFERENCES resolution,
            voter_party_id bigint NOT NULL REFERENCES party,
            proxy_party_id bigint REFERENCES party,
            proxy_written boolean,
            proxy_is_proper boolean,
            vote varchar(40) NOT NULL,
            PRIMARY KEY (resolution_id, voter_party_id),
            CONSTRAINT resolution_voter_proxy_is_whole
                CHECK (num_nonnulls(proxy_party_id, proxy_written, proxy_is_proper) IN (0, 3)),
            CONSTRAINT resolution_voter_proxy_is_another CHECK (proxy_party_id <> voter_party_id),
            CONSTRAINT resolution_voter_vote_is_known CHECK (vote IN ('yes', 'no', 'abstain'))
        )
    """)
    op.execute("CREATE INDEX resolution_voter_voter_idx ON resolution_voter (voter_party_id)")
    op.execute(VOTERS_ARE_COUNTED)
    op.execute("""
        CREATE CONSTRAINT TRIGGER resolution_voter_counted AFTER INSERT ON resolution_voter
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION voters_are_counted()
    """)
    op.execute("""
        CREATE TRIGGER resolution_voter_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON resolution_voter
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """)
    for table in ("collective_member", "collective_office"):
        op.execute(f"""
            CREATE TRIGGER {table}_remembered_new AFTER INSERT ON {table} REFERENCING NEW TABLE AS changed
            FOR EACH STATEMENT EXECUTE FUNCTION remember_version('id')
        """)
        op.execute(f"""
            CREATE TRIGGER {table}_remembered AFTER UPDATE ON {table}
            REFERENCING NEW TABLE AS changed OLD TABLE AS former
            FOR EACH STATEMENT EXECUTE FUNCTION remember_version('id')
        """)


VOTERS_ARE_COUNTED = """
    CREATE FUNCTION voters_are_counted() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM resolution r
            JOIN (SELECT resolution_id, count(*) AS attended, count(*) FILTER (WHERE vote = 'yes') AS yes,
                         count(*) FILTER (WHERE NOT proxy_is_proper) AS improper
                  FROM resolution_voter WHERE resolution_id = NEW.resolution_id GROUP BY resolution_id) v
            ON v.resolution_id = r.id
            WHERE (r.attended, r.yes, r.improper_proxies) IS DISTINCT FROM (v.attended, v.yes, v.improper))
        THEN
            RAISE EXCEPTION 'the counts of a resolution are those of its voters'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'voters_are_counted';
        END IF;
        RETURN NULL;
    END $$
"""


def downgrade() -> None:
    for table in ("resolution_voter", "collective_office", "collective_member"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION voters_are_counted()")
    op.execute("ALTER TABLE resolution DROP minutes_document_id")
    op.execute("ALTER TABLE party DROP sex, DROP died_on, DROP bank_account_digest")
