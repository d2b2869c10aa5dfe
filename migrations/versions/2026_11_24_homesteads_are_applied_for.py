"""Homesteads are applied for: the case, its people, visits, objections, and the warnings about late steps.

One open application a household and a parcel, whoever comes at the same moment. Visits and people are evidence, only
ever added to.
"""

from alembic import op

revision = "homesteads"
down_revision = "exits"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE homestead_case (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            region_code VARCHAR(12) NOT NULL,
            state VARCHAR(40) NOT NULL,
            since_on DATE NOT NULL,
            due_on DATE,
            reason VARCHAR(40) NOT NULL,
            collective_party_id BIGINT NOT NULL,
            household_party_id BIGINT NOT NULL,
            representative_party_id BIGINT NOT NULL,
            old_right_id BIGINT,
            requested_m2 NUMERIC(10, 2) NOT NULL,
            area_class VARCHAR(40) NOT NULL,
            document_id BIGINT,
            loss_document_id BIGINT,
            applied_at timestamptz NOT NULL,
            applied_by_person BIGINT NOT NULL,
            resolution_id BIGINT,
            deliberated_by_person BIGINT,
            publicised_on DATE,
            publicity_until DATE,
            parcel_id BIGINT,
            inspected_by_person BIGINT,
            permit_no VARCHAR(60),
            permitted_on DATE,
            permitted_by_person BIGINT,
            approval_no VARCHAR(60),
            approved_on DATE,
            approved_by_person BIGINT,
            approved_m2 NUMERIC(10, 2),
            valid_until DATE,
            drawings_document_id BIGINT,
            measured_m2 NUMERIC(10, 2),
            floor_m2 NUMERIC(10, 2),
            verified_on DATE,
            verified_by_person BIGINT,
            verification_no VARCHAR(60),
            right_id BIGINT,
            house_right_id BIGINT,
            registered_by_person BIGINT,
            note VARCHAR(200),
            CONSTRAINT homestead_case_pkey PRIMARY KEY (id),
            CONSTRAINT homestead_case_asks_for_land CHECK (requested_m2 > 0),
            CONSTRAINT homestead_case_only_the_new_has_no_old CHECK ((reason = 'new') = (old_right_id IS NULL)),
            CONSTRAINT homestead_case_deliberated CHECK (state IN ('applied', 'refused', 'withdrawn') OR
                resolution_id IS NOT NULL),
            CONSTRAINT homestead_case_publicity_runs_forward CHECK (publicised_on < publicity_until),
            CONSTRAINT homestead_case_nobody_decides_for_himself CHECK (deliberated_by_person <>
                applied_by_person),
            CONSTRAINT homestead_case_permit_is_whole CHECK (num_nonnulls(permit_no, permitted_on,
                permitted_by_person) IN (0, 3)),
            CONSTRAINT homestead_case_approval_is_whole CHECK (num_nonnulls(approval_no, approved_on,
                approved_by_person, approved_m2, valid_until) IN (0, 5)),
            CONSTRAINT homestead_case_approved_with_both_papers CHECK (state NOT IN ('approved', 'reviewed',
                'staked', 'building', 'completed', 'verified', 'registered', 'expired') OR
                num_nonnulls(parcel_id, permit_no, approval_no) = 3),
            CONSTRAINT homestead_case_another_permits CHECK (permitted_by_person <> inspected_by_person),
            CONSTRAINT homestead_case_another_approves CHECK (approved_by_person <> permitted_by_person AND
                approved_by_person <> inspected_by_person),
            CONSTRAINT homestead_case_no_more_than_asked_for CHECK (approved_m2 <= requested_m2),
            CONSTRAINT homestead_case_verification_is_whole CHECK (num_nonnulls(measured_m2, floor_m2,
                verified_on, verified_by_person, verification_no) IN (0, 5)),
            CONSTRAINT homestead_case_built_within_what_was_approved CHECK (measured_m2 <= approved_m2),
            CONSTRAINT homestead_case_another_registers CHECK (registered_by_person <> verified_by_person),
            CONSTRAINT homestead_case_registered_with_both_rights CHECK ((state = 'registered') =
                (num_nonnulls(right_id, house_right_id, registered_by_person) = 3)),
            CONSTRAINT homestead_case_permit_no_key UNIQUE (permit_no),
            CONSTRAINT homestead_case_approval_no_key UNIQUE (approval_no),
            CONSTRAINT homestead_case_region_code_fkey FOREIGN KEY(region_code) REFERENCES region (code),
            CONSTRAINT homestead_case_state_is_known CHECK (state IN ('applied', 'deliberated', 'publicised',
                'submitted', 'accepted', 'inspected', 'permitted', 'approved', 'reviewed', 'staked',
                'building', 'completed', 'verified', 'registered', 'withdrawn', 'refused', 'expired')),
            CONSTRAINT homestead_case_reason_is_known CHECK (reason IN ('new', 'rebuild', 'extend',
                'relocate')),
            CONSTRAINT homestead_case_collective_party_id_fkey FOREIGN KEY(collective_party_id) REFERENCES
                party (id),
            CONSTRAINT homestead_case_household_party_id_fkey FOREIGN KEY(household_party_id) REFERENCES party
                (id),
            CONSTRAINT homestead_case_representative_party_id_fkey FOREIGN KEY(representative_party_id)
                REFERENCES party (id),
            CONSTRAINT homestead_case_old_right_id_fkey FOREIGN KEY(old_right_id) REFERENCES land_right (id),
            CONSTRAINT homestead_case_area_class_is_known CHECK (area_class IN ('suburban_or_scarce_plain',
                'plain', 'hill')),
            CONSTRAINT homestead_case_document_id_fkey FOREIGN KEY(document_id) REFERENCES document (id),
            CONSTRAINT homestead_case_loss_document_id_fkey FOREIGN KEY(loss_document_id) REFERENCES document
                (id),
            CONSTRAINT homestead_case_applied_by_person_fkey FOREIGN KEY(applied_by_person) REFERENCES person
                (id),
            CONSTRAINT homestead_case_resolution_id_fkey FOREIGN KEY(resolution_id) REFERENCES resolution (id),
            CONSTRAINT homestead_case_deliberated_by_person_fkey FOREIGN KEY(deliberated_by_person) REFERENCES
                person (id),
            CONSTRAINT homestead_case_parcel_id_fkey FOREIGN KEY(parcel_id) REFERENCES parcel (id),
            CONSTRAINT homestead_case_inspected_by_person_fkey FOREIGN KEY(inspected_by_person) REFERENCES
                person (id),
            CONSTRAINT homestead_case_permitted_by_person_fkey FOREIGN KEY(permitted_by_person) REFERENCES
                person (id),
            CONSTRAINT homestead_case_approved_by_person_fkey FOREIGN KEY(approved_by_person) REFERENCES person
                (id),
            CONSTRAINT homestead_case_drawings_document_id_fkey FOREIGN KEY(drawings_document_id) REFERENCES
                document (id),
            CONSTRAINT homestead_case_verified_by_person_fkey FOREIGN KEY(verified_by_person) REFERENCES person
                (id),
            CONSTRAINT homestead_case_right_id_fkey FOREIGN KEY(right_id) REFERENCES land_right (id),
            CONSTRAINT homestead_case_house_right_id_fkey FOREIGN KEY(house_right_id) REFERENCES land_right
                (id),
            CONSTRAINT homestead_case_registered_by_person_fkey FOREIGN KEY(registered_by_person) REFERENCES
                person (id)
        )
    """)
    op.execute("""
        CREATE INDEX homestead_case_due_idx ON homestead_case (due_on) WHERE state NOT IN ('registered',
                'withdrawn', 'refused', 'expired')
    """)
    op.execute("""
        CREATE UNIQUE INDEX homestead_case_open_key ON homestead_case (household_party_id) WHERE state NOT IN
                ('registered', 'withdrawn', 'refused', 'expired')
    """)
    op.execute("""
        CREATE UNIQUE INDEX homestead_case_parcel_key ON homestead_case (parcel_id) WHERE state NOT IN
                ('registered', 'withdrawn', 'refused', 'expired')
    """)
    op.execute("""
        CREATE INDEX homestead_case_region_idx ON homestead_case (region_code text_pattern_ops)
    """)
    op.execute("""
        CREATE INDEX homestead_case_representative_idx ON homestead_case (representative_party_id)
    """)
    op.execute("""
        CREATE TABLE homestead_member (
            case_id BIGINT NOT NULL,
            member_party_id BIGINT NOT NULL,
            residence VARCHAR(40) NOT NULL,
            CONSTRAINT homestead_member_pkey PRIMARY KEY (case_id, member_party_id),
            CONSTRAINT homestead_member_case_id_fkey FOREIGN KEY(case_id) REFERENCES homestead_case (id),
            CONSTRAINT homestead_member_member_party_id_fkey FOREIGN KEY(member_party_id) REFERENCES party (id),
            CONSTRAINT homestead_member_residence_is_known CHECK (residence IN ('villager', 'townsperson',
                'retired_official'))
        )
    """)
    op.execute("""
        CREATE TABLE homestead_visit (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            case_id BIGINT NOT NULL,
            stage VARCHAR(40) NOT NULL,
            visited_on DATE NOT NULL,
            passed BOOLEAN NOT NULL,
            present VARCHAR(200) NOT NULL,
            note TEXT NOT NULL,
            document_id BIGINT,
            by_person BIGINT NOT NULL,
            recorded_at timestamptz NOT NULL,
            CONSTRAINT homestead_visit_pkey PRIMARY KEY (id),
            CONSTRAINT homestead_visit_case_id_fkey FOREIGN KEY(case_id) REFERENCES homestead_case (id),
            CONSTRAINT homestead_visit_stage_is_known CHECK (stage IN ('site', 'staking', 'foundation',
                'structure', 'roof', 'verification')),
            CONSTRAINT homestead_visit_document_id_fkey FOREIGN KEY(document_id) REFERENCES document (id),
            CONSTRAINT homestead_visit_by_person_fkey FOREIGN KEY(by_person) REFERENCES person (id)
        )
    """)
    op.execute("""
        CREATE INDEX homestead_visit_case_idx ON homestead_visit (case_id)
    """)
    op.execute("""
        CREATE TABLE homestead_objection (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            case_id BIGINT NOT NULL,
            content TEXT NOT NULL,
            filed_at timestamptz NOT NULL,
            filed_by_person BIGINT NOT NULL,
            answer TEXT,
            upheld BOOLEAN,
            answered_at timestamptz,
            answered_by_person BIGINT,
            CONSTRAINT homestead_objection_pkey PRIMARY KEY (id),
            CONSTRAINT homestead_objection_answer_is_whole CHECK (num_nonnulls(answer, upheld, answered_at,
                answered_by_person) IN (0, 4)),
            CONSTRAINT homestead_objection_nobody_answers_himself CHECK (answered_by_person <> filed_by_person),
            CONSTRAINT homestead_objection_case_id_fkey FOREIGN KEY(case_id) REFERENCES homestead_case (id),
            CONSTRAINT homestead_objection_filed_by_person_fkey FOREIGN KEY(filed_by_person) REFERENCES person
                (id),
            CONSTRAINT homestead_objection_answered_by_person_fkey FOREIGN KEY(answered_by_person) REFERENCES
                person (id)
        )
    """)
    op.execute("""
        CREATE INDEX homestead_objection_case_idx ON homestead_objection (case_id)
    """)
    op.execute("""
        CREATE TABLE homestead_warning (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            region_code VARCHAR(12) NOT NULL,
            case_id BIGINT NOT NULL,
            state VARCHAR(40) NOT NULL,
            since_on DATE NOT NULL,
            due_on DATE NOT NULL,
            basis VARCHAR(200) NOT NULL,
            raised_at timestamptz NOT NULL,
            handled_at timestamptz,
            handled_by_person BIGINT,
            handling VARCHAR(200),
            CONSTRAINT homestead_warning_pkey PRIMARY KEY (id),
            CONSTRAINT homestead_warning_case_id_state_since_on_key UNIQUE (case_id, state, since_on),
            CONSTRAINT homestead_warning_handling_is_whole CHECK (num_nonnulls(handled_at, handled_by_person,
                handling) IN (0, 3)),
            CONSTRAINT homestead_warning_region_code_fkey FOREIGN KEY(region_code) REFERENCES region (code),
            CONSTRAINT homestead_warning_case_id_fkey FOREIGN KEY(case_id) REFERENCES homestead_case (id),
            CONSTRAINT homestead_warning_handled_by_person_fkey FOREIGN KEY(handled_by_person) REFERENCES
                person (id)
        )
    """)
    op.execute("""
        CREATE INDEX homestead_warning_region_idx ON homestead_warning (region_code text_pattern_ops)
    """)
    for table in ("homestead_member", "homestead_visit"):
        op.execute(f"""
            CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
        """)


def downgrade() -> None:
    for table in ("warning", "objection", "visit", "member", "case"):
        op.execute(f"DROP TABLE homestead_{table}")
