"""Evidence is only added to, and the platform's clock can be shifted in a demonstration alone.

`refuse_change()` stands behind every table whose rows are evidence. `platform_clock()` is the one time that orders
acts; where the installation is a demonstration its operators may shift it, to play months in minutes.
"""

from alembic import op

revision = "foundations"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.execute("""
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'table % is only added to', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END $$
    """)
    op.execute("""
        CREATE TABLE installation (
            only_one boolean PRIMARY KEY DEFAULT true CONSTRAINT installation_there_is_one CHECK (only_one),
            kind text NOT NULL CONSTRAINT installation_kind_is_known CHECK (kind IN ('plain', 'demo'))
        )
    """)
    op.execute("""
        CREATE TRIGGER installation_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON installation
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """)
    op.execute("""
        CREATE TABLE clock_shift (
            only_one boolean PRIMARY KEY DEFAULT true CONSTRAINT clock_shift_there_is_one CHECK (only_one),
            shift interval NOT NULL
        )
    """)
    op.execute("""
        CREATE FUNCTION shift_in_demonstration_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT EXISTS (SELECT FROM installation WHERE kind = 'demo') THEN
                RAISE EXCEPTION 'the clock of a real installation cannot be shifted'
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER clock_shift_demonstration_only BEFORE INSERT OR UPDATE ON clock_shift
        FOR EACH ROW EXECUTE FUNCTION shift_in_demonstration_only()
    """)
    op.execute("""
        CREATE FUNCTION platform_clock() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
            SELECT clock_timestamp() + COALESCE((SELECT shift FROM clock_shift), interval '0')
        $$
    """)


def downgrade() -> None:
    op.execute("DROP FUNCTION platform_clock()")
    op.execute("DROP TABLE clock_shift")
    op.execute("DROP TABLE installation")
    op.execute("DROP FUNCTION shift_in_demonstration_only()")
    op.execute("DROP FUNCTION refuse_change()")
    op.execute("DROP EXTENSION btree_gist")
