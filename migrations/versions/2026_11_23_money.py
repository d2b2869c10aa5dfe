"""The ledger refuses what does not balance.

Money of others is held here (保证金专户), so the books are kept by the database itself: a posting whose entries do not
sum to zero for the whole and for each lot cannot be committed, no account of somebody's money can be overdrawn, what
was posted is never changed, and what leaves carries the names of two natural persons.
"""

from alembic import op

revision = "money"
down_revision = "compliance"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE ledger_account (
            id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT ledger_account_pkey PRIMARY KEY,
            kind varchar(20) NOT NULL CONSTRAINT ledger_account_accountkind CHECK (kind IN (
                'bank','deposit_escrow','bidder_clearing','service_fee','transferor_payable','performance','risk',
                'forfeit_pending','tax')),
            lot_id bigint,
            party_id bigint,
            balance_fen bigint NOT NULL DEFAULT 0,
            CONSTRAINT ledger_account_lot_id_kind_party_id_key UNIQUE NULLS NOT DISTINCT (lot_id, kind, party_id),
            CONSTRAINT ledger_account_bank_is_never_overdrawn CHECK (kind <> 'bank' OR balance_fen >= 0),
            CONSTRAINT ledger_account_held_for_others_is_never_overdrawn CHECK (
                kind NOT IN ('deposit_escrow','forfeit_pending','performance','risk','tax','service_fee')
                OR balance_fen <= 0)
        )
    """)
    op.execute("""
        CREATE TABLE posting (
            id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT posting_pkey PRIMARY KEY,
            event varchar(12) NOT NULL CONSTRAINT posting_event CHECK (event IN (
                'DEP_IN','DEP_REFUND','DEP_TO_PRICE','DEP_TO_PERF','DEP_FORFEIT','FEE_DUE','FEE_IN','PRICE_DUE',
                'PRICE_IN','PRICE_OUT','PAYOUT','PERF_IN','PERF_OUT','RISK_IN','RISK_OUT','TAX')),
            lot_id bigint NOT NULL,
            party_id bigint,
            region_code varchar(12) NOT NULL,
            reference varchar(80) NOT NULL,
            bank_reference varchar(80),
            amount_fen bigint NOT NULL CONSTRAINT posting_amount_is_positive CHECK (amount_fen > 0),
            at timestamptz NOT NULL,
            memo varchar(400),
            prepared_by_person bigint CONSTRAINT posting_prepared_by_person_fkey REFERENCES person (id),
            approved_by_person bigint CONSTRAINT posting_approved_by_person_fkey REFERENCES person (id),
            CONSTRAINT posting_lot_id_event_reference_key UNIQUE (lot_id, event, reference),
            CONSTRAINT posting_bank_reference_key UNIQUE (bank_reference),
            CONSTRAINT posting_prepared_and_approved_by_two_persons CHECK (prepared_by_person <> approved_by_person),
            CONSTRAINT posting_money_leaves_by_two_persons CHECK (
                event NOT IN ('DEP_REFUND','DEP_FORFEIT','PRICE_OUT','PAYOUT','PERF_OUT','RISK_OUT')
                OR num_nonnulls(prepared_by_person, approved_by_person) = 2),
            CONSTRAINT posting_money_comes_with_a_bank_reference CHECK (
                event NOT IN ('DEP_IN','PRICE_IN') OR bank_reference IS NOT NULL)
        )
    """)
    op.execute("CREATE INDEX posting_region_idx ON posting (region_code text_pattern_ops, id)")
    op.execute("""
        CREATE TABLE ledger_entry (
            id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT ledger_entry_pkey PRIMARY KEY,
            posting_id bigint NOT NULL CONSTRAINT ledger_entry_posting_id_fkey REFERENCES posting (id),
            account_id bigint NOT NULL CONSTRAINT ledger_entry_account_id_fkey REFERENCES ledger_account (id),
            amount_fen bigint NOT NULL CONSTRAINT ledger_entry_amount_is_not_zero CHECK (amount_fen <> 0)
        )
    """)
    op.execute("CREATE INDEX ledger_entry_posting_idx ON ledger_entry (posting_id)")
    op.execute("CREATE INDEX ledger_entry_account_idx ON ledger_entry (account_id)")
    op.execute("""
        CREATE TABLE deposit (
            id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT deposit_pkey PRIMARY KEY,
            lot_id bigint NOT NULL,
            entry_id bigint NOT NULL,
            party_id bigint NOT NULL,
            region_code varchar(12) NOT NULL,
            state varchar(10) NOT NULL CONSTRAINT deposit_depositstate CHECK (
                state IN ('expected','held','captured','released','forfeited','void')),
            amount_fen bigint NOT NULL CONSTRAINT deposit_amount_is_positive CHECK (amount_fen > 0),
            applicant_name varchar(200) NOT NULL,
            subaccount_no varchar(30) NOT NULL CONSTRAINT deposit_subaccount_no_key UNIQUE,
            due_at timestamptz,
            payer_name varchar(200),
            payer_account_last4 varchar(4),
            bank_reference varchar(80) CONSTRAINT deposit_bank_reference_key UNIQUE,
            held_at timestamptz,
            CONSTRAINT deposit_held_means_received CHECK (
                state IN ('expected','void') OR num_nonnulls(payer_name, bank_reference, held_at) = 3)
        )
    """)
    op.execute("CREATE UNIQUE INDEX deposit_entry_key ON deposit (entry_id) WHERE state IN ('expected','held')")
    op.execute("CREATE INDEX deposit_lot_idx ON deposit (lot_id, state)")
    op.execute("""
        CREATE TABLE money_order (
            id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT money_order_pkey PRIMARY KEY,
            kind varchar(12) NOT NULL CONSTRAINT money_order_orderkind CHECK (
                kind IN ('refund','forfeit','payout','return','distribution')),
            state varchar(10) NOT NULL CONSTRAINT money_order_orderstate CHECK (
                state IN ('due','prepared','approved','rejected')),
            lot_id bigint NOT NULL,
            region_code varchar(12) NOT NULL,
            party_id bigint,
            payee_name varchar(200),
            deposit_id bigint CONSTRAINT money_order_deposit_id_fkey REFERENCES deposit (id),
            amount_fen bigint NOT NULL CONSTRAINT money_order_amount_is_positive CHECK (amount_fen > 0),
            cause varchar(400) NOT NULL,
            raised_at timestamptz NOT NULL,
            prepared_by_person bigint CONSTRAINT money_order_prepared_by_person_fkey REFERENCES person (id),
            prepared_at timestamptz,
            decided_by_person bigint CONSTRAINT money_order_decided_by_person_fkey REFERENCES person (id),
            decided_at timestamptz,
            decision_no varchar(80),
            reject_reason varchar(400),
            posting_id bigint CONSTRAINT money_order_posting_id_fkey REFERENCES posting (id),
            CONSTRAINT money_order_prepared_and_decided_by_two_persons CHECK (prepared_by_person <> decided_by_person),
            CONSTRAINT money_order_prepared_by_somebody CHECK (
                state NOT IN ('prepared','approved') OR num_nonnulls(prepared_by_person, prepared_at) = 2),
            CONSTRAINT money_order_approved_means_posted CHECK (
                state <> 'approved' OR num_nonnulls(decided_by_person, decided_at, posting_id) = 3),
            CONSTRAINT money_order_deposit_is_named CHECK (kind NOT IN ('refund','forfeit') OR deposit_id IS NOT NULL)
        )
    """)
    op.execute("""
        CREATE UNIQUE INDEX money_order_deposit_key ON money_order (deposit_id)
        WHERE state IN ('due','prepared','approved')
    """)
    op.execute("CREATE INDEX money_order_region_idx ON money_order (region_code text_pattern_ops, id)")
    op.execute("CREATE INDEX money_order_lot_idx ON money_order (lot_id, state)")

    op.execute("""
        CREATE FUNCTION keep_ledger_balance() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE ledger_account SET balance_fen = balance_fen + NEW.amount_fen WHERE id = NEW.account_id;
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER ledger_entry_keeps_balance AFTER INSERT ON ledger_entry
        FOR EACH ROW EXECUTE FUNCTION keep_ledger_balance()
    """)
    # The whole and each lot by itself: one lot's money never covers another's.
    op.execute("""
        CREATE FUNCTION refuse_unbalanced_posting() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            checked bigint := CASE TG_TABLE_NAME WHEN 'posting' THEN NEW.id ELSE (to_jsonb(NEW)->>'posting_id')::bigint END;
        BEGIN
            IF (SELECT count(*) FROM ledger_entry WHERE posting_id = checked) < 2 OR EXISTS (
                SELECT FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
                WHERE e.posting_id = checked GROUP BY a.lot_id HAVING sum(e.amount_fen) <> 0
            ) THEN
                RAISE EXCEPTION 'posting % does not balance', checked USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NULL;
        END $$
    """)
    for table in ("posting", "ledger_entry"):
        op.execute(f"""
            CREATE CONSTRAINT TRIGGER {table}_balances AFTER INSERT ON {table}
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_unbalanced_posting()
        """)
        op.execute(f"""
            CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
        """)


def downgrade() -> None:
    for table in ("money_order", "deposit", "ledger_entry", "posting", "ledger_account"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION refuse_unbalanced_posting()")
    op.execute("DROP FUNCTION keep_ledger_balance()")
