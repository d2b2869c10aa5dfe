"""Turnover is counted in the transaction that makes it, and what was published before is kept apart.

A statement-level trigger adds new facts to their month's sums, reversals with the opposite sign, so that the report is
right at once and reads 72,000 cells instead of ten million deals. The history that the city published (63 sold, 193
listed) is a baseline with its source, never invented deals; the plan for 2030 stands in both of its readings.
"""

from alembic import op

revision = "turnover"
down_revision = "deal"
branch_labels = None
depends_on = None

KEY = "month, county_code, town_code, category, mode, is_reverse, transferee_kind, transferor_kind, is_demo"
SUMS = (
    "n_deals", "start_total_fen", "final_total_fen", "first_year_fen", "area_mu", "n_registered", "n_qualified", "n_rounds",
)  # fmt: skip


def upgrade() -> None:
    op.execute("""
        CREATE TABLE deal_fact (
            id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT deal_fact_pkey PRIMARY KEY,
            lot_id bigint NOT NULL,
            award_id bigint NOT NULL,
            n smallint NOT NULL CONSTRAINT deal_fact_one_or_minus_one CHECK (n IN (1, -1)),
            reversal_of bigint CONSTRAINT deal_fact_reversal_of_fkey REFERENCES deal_fact (id),
            reason varchar(200),
            on_day date NOT NULL,
            county_code varchar(6) NOT NULL,
            town_code varchar(9) NOT NULL,
            category varchar(4) NOT NULL,
            mode varchar(40) NOT NULL,
            is_reverse boolean NOT NULL,
            transferee_kind varchar(40) NOT NULL,
            transferor_kind varchar(40) NOT NULL,
            is_demo boolean NOT NULL,
            start_total_fen bigint NOT NULL,
            final_total_fen bigint NOT NULL,
            first_year_fen bigint NOT NULL,
            area_mu numeric(16, 4) NOT NULL,
            n_registered integer NOT NULL,
            n_qualified integer NOT NULL,
            n_rounds integer NOT NULL,
            recorded_at timestamptz NOT NULL,
            CONSTRAINT deal_fact_a_reversal_names_what_it_reverses CHECK ((n = -1) = (reversal_of IS NOT NULL)),
            CONSTRAINT deal_fact_a_reversal_has_a_reason CHECK ((n = -1) = (reason IS NOT NULL)),
            CONSTRAINT deal_fact_figures_carry_the_sign CHECK (
                n * start_total_fen >= 0 AND n * final_total_fen > 0 AND n * first_year_fen > 0 AND n * area_mu >= 0),
            CONSTRAINT deal_fact_place_is_a_division CHECK (
                county_code ~ '^[0-9]{6}$' AND town_code ~ '^[0-9]{9}$')
        )
    """)
    op.execute("CREATE UNIQUE INDEX deal_fact_award_key ON deal_fact (award_id) WHERE reversal_of IS NULL")
    op.execute("CREATE UNIQUE INDEX deal_fact_reversal_key ON deal_fact (reversal_of)")
    op.execute("CREATE INDEX deal_fact_day_idx ON deal_fact (on_day)")
    op.execute("CREATE INDEX deal_fact_lot_idx ON deal_fact (lot_id)")
    op.execute(f"""
        CREATE TABLE turnover_month (
            month date NOT NULL,
            county_code varchar(6) NOT NULL,
            town_code varchar(9) NOT NULL,
            category varchar(4) NOT NULL,
            mode varchar(40) NOT NULL,
            is_reverse boolean NOT NULL,
            transferee_kind varchar(40) NOT NULL,
            transferor_kind varchar(40) NOT NULL,
            is_demo boolean NOT NULL,
            n_deals bigint NOT NULL,
            start_total_fen bigint NOT NULL,
            final_total_fen bigint NOT NULL,
            first_year_fen bigint NOT NULL,
            area_mu numeric(16, 4) NOT NULL,
            n_registered bigint NOT NULL,
            n_qualified bigint NOT NULL,
            n_rounds bigint NOT NULL,
            CONSTRAINT turnover_month_pkey PRIMARY KEY ({KEY})
        )
    """)
    # One row a cell and in the order of the key: two statements at once never wait for each other in a ring.
    op.execute(f"""
        CREATE FUNCTION add_to_turnover_month() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO turnover_month AS kept ({KEY}, {", ".join(SUMS)})
            SELECT date_trunc('month', on_day)::date, county_code, town_code, category, mode, is_reverse, transferee_kind,
                   transferor_kind, is_demo, sum(n), sum(start_total_fen), sum(final_total_fen), sum(first_year_fen),
                   sum(area_mu), sum(n_registered), sum(n_qualified), sum(n_rounds)
            FROM added
            GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
            ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9
            ON CONFLICT ({KEY}) DO UPDATE SET
            {", ".join(f"{name} = kept.{name} + EXCLUDED.{name}" for name in SUMS)};
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER deal_fact_is_counted AFTER INSERT ON deal_fact REFERENCING NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION add_to_turnover_month()
    """)
    op.execute("""
        CREATE TABLE turnover_target (
            id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT turnover_target_pkey PRIMARY KEY,
            region_code varchar(6) NOT NULL,
            year integer NOT NULL CONSTRAINT turnover_target_year_is_near CHECK (year BETWEEN 2020 AND 2100),
            reading varchar(10) NOT NULL CONSTRAINT turnover_target_reading CHECK (reading IN ('annual','cumulative')),
            amount_fen bigint NOT NULL CONSTRAINT turnover_target_amount_is_positive CHECK (amount_fen > 0),
            source varchar(200) NOT NULL,
            note varchar(400),
            approved_by varchar(200),
            approval_no varchar(80),
            set_by_person bigint CONSTRAINT turnover_target_set_by_person_fkey REFERENCES person (id),
            set_at timestamptz NOT NULL,
            CONSTRAINT turnover_target_region_is_city_or_county CHECK (region_code ~ '^[0-9]{6}$')
        )
    """)
    op.execute("CREATE INDEX turnover_target_region_idx ON turnover_target (region_code, year, reading, id)")
    op.execute("""
        CREATE TABLE turnover_baseline (
            id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT turnover_baseline_pkey PRIMARY KEY,
            region_code varchar(6) NOT NULL,
            from_on date NOT NULL,
            to_on date NOT NULL,
            n_listed integer NOT NULL,
            listed_fen bigint NOT NULL,
            n_sold integer NOT NULL,
            sold_fen bigint NOT NULL,
            source varchar(200) NOT NULL,
            note varchar(400),
            CONSTRAINT turnover_baseline_period_runs_forward CHECK (from_on < to_on),
            CONSTRAINT turnover_baseline_no_more_sold_than_listed CHECK (n_sold <= n_listed)
        )
    """)
    op.execute("""
        CREATE TABLE turnover_recount (
            id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT turnover_recount_pkey PRIMARY KEY,
            at timestamptz NOT NULL,
            n_cells bigint NOT NULL,
            n_differing bigint NOT NULL
        )
    """)
    op.execute("""
        INSERT INTO turnover_baseline (region_code, from_on, to_on, n_listed, listed_fen, n_sold, sold_fen, source, note)
        VALUES ('411000', '2025-07-20', '2025-12-02', 193, 5144590000, 63, 1734150000,
                '许昌市公开发布的平台运行数据（2025-07-20 上线至 2025-12-02）', '已公布的历史数据，无逐宗记录，不作为成交登记')
    """)
    op.execute("""
        INSERT INTO turnover_target (region_code, year, reading, amount_fen, source, note, set_at)
        SELECT '411000', 2030, reading, 50000000000, '许昌市目标：平台交易额 2030 年 5 亿元', note, clock_timestamp()
        FROM (VALUES ('annual', '默认口径：2030 年当年交易额'), ('cumulative', '另一口径：至 2030 年累计交易额，待确认'))
             AS readings (reading, note)
    """)
    for table in ("deal_fact", "turnover_target", "turnover_baseline", "turnover_recount"):
        op.execute(f"""
            CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
        """)


def downgrade() -> None:
    for table in ("turnover_recount", "turnover_baseline", "turnover_target", "turnover_month", "deal_fact"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION add_to_turnover_month()")
