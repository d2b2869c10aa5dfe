"""Personal fields stand beside the log with the salts of their commitments, so that they can be erased."""

from alembic import op

revision = "personal_fields"
down_revision = "words_are_known"
branch_labels = None
depends_on = None


# A version of the register changes in one way alone: what told who a natural person was is blanked.
ONLY_ERASES = """
    CREATE FUNCTION version_only_erases() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.subject = 'party' AND OLD.content ->> 'kind' = 'individual'
            AND (NEW.id, NEW.subject, NEW.subject_id, NEW.recorded_at)
                = (OLD.id, OLD.subject, OLD.subject_id, OLD.recorded_at)
            AND NEW.content = OLD.content || '{"name": "（已删除）", "address": null, "born_on": null, "sex": null,
                "id_number_masked": null, "bank_name": null, "bank_account_tail": null}'::jsonb
        THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'registry_version is only added to' USING ERRCODE = 'restrict_violation';
    END $$
"""


def upgrade() -> None:
    op.execute("ALTER TABLE commitment_salt RENAME TO audit_personal")
    for was, now in (
        ("commitment_salt_pkey", "audit_personal_pkey"),
        ("commitment_salt_subject_field_commitment_key", "audit_personal_subject_field_commitment_key"),
        ("commitment_salt_salt_has_32_bytes", "audit_personal_salt_has_32_bytes"),
    ):
        op.execute(f"ALTER TABLE audit_personal RENAME CONSTRAINT {was} TO {now}")
    op.execute("ALTER SEQUENCE commitment_salt_id_seq RENAME TO audit_personal_id_seq")
    op.execute("ALTER TABLE audit_personal ADD COLUMN value JSONB, ADD COLUMN person_id BIGINT")
    op.execute("CREATE INDEX audit_personal_person_idx ON audit_personal (person_id)")
    op.execute(ONLY_ERASES)
    op.execute("DROP TRIGGER registry_version_append_only ON registry_version")
    op.execute("""
        CREATE TRIGGER registry_version_append_only BEFORE DELETE OR TRUNCATE ON registry_version
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """)
    op.execute("""
        CREATE TRIGGER registry_version_only_erases BEFORE UPDATE ON registry_version
        FOR EACH ROW EXECUTE FUNCTION version_only_erases()
    """)


def downgrade() -> None:
    op.execute("DROP TRIGGER registry_version_only_erases ON registry_version")
    op.execute("DROP TRIGGER registry_version_append_only ON registry_version")
    op.execute("DROP FUNCTION version_only_erases()")
    op.execute("""
        CREATE TRIGGER registry_version_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON registry_version
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """)
    op.execute("DROP INDEX audit_personal_person_idx")
    op.execute("ALTER TABLE audit_personal DROP COLUMN value, DROP COLUMN person_id")
    op.execute("ALTER SEQUENCE audit_personal_id_seq RENAME TO commitment_salt_id_seq")
    for was, now in (
        ("commitment_salt_pkey", "audit_personal_pkey"),
        ("commitment_salt_subject_field_commitment_key", "audit_personal_subject_field_commitment_key"),
        ("commitment_salt_salt_has_32_bytes", "audit_personal_salt_has_32_bytes"),
    ):
        op.execute(f"ALTER TABLE audit_personal RENAME CONSTRAINT {now} TO {was}")
    op.execute("ALTER TABLE audit_personal RENAME TO commitment_salt")
