"""The first house."""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None

LAWS = {
    "sqlite": (
        """
CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry
BEGIN SELECT RAISE(ABORT, 'audit entries are never deleted'); END
""",
        """
CREATE TRIGGER audit_entry_no_change BEFORE UPDATE ON audit_entry
WHEN OLD.seq IS NOT NULL OR NEW.id <> OLD.id OR NEW.at <> OLD.at OR NEW.actor_id IS NOT OLD.actor_id
  OR NEW.verb <> OLD.verb OR NEW.subject_id <> OLD.subject_id OR NEW.changes <> OLD.changes OR NEW.note <> OLD.note
  OR NEW.subject_type <> OLD.subject_type OR NEW.topic_type <> OLD.topic_type OR NEW.topic_id <> OLD.topic_id
BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END
""",
    ),
    "postgresql": (
        """
CREATE FUNCTION audit_entry_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'audit entries are never deleted'; END IF;
  IF OLD.seq IS NOT NULL OR (to_jsonb(NEW) - 'seq' - 'hash') <> (to_jsonb(OLD) - 'seq' - 'hash') THEN
    RAISE EXCEPTION 'audit entries are never changed';
  END IF;
  RETURN NEW;
END $$
""",
        """
CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry
FOR EACH ROW EXECUTE FUNCTION audit_entry_guard()
""",
    ),
}


def upgrade() -> None:
    op.create_table('audit_entry',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('verb', sa.String(length=60), nullable=False),
    sa.Column('subject_type', sa.String(length=60), nullable=False),
    sa.Column('subject_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('topic_type', sa.String(length=60), nullable=False),
    sa.Column('topic_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('changes', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('seq', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('hash', sa.String(length=64), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entry')),
    sa.UniqueConstraint('seq', name=op.f('uq_audit_entry_seq'))
    )
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_entry_actor_id'), ['actor_id'], unique=False)
        batch_op.create_index('ix_audit_entry_topic', ['topic_type', 'topic_id', 'id'], unique=False)
        batch_op.create_index('ix_audit_entry_unsealed', ['id'], unique=False, sqlite_where=sa.text('seq IS NULL'), postgresql_where=sa.text('seq IS NULL'))

    op.create_table('audit_head',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('seq', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_head'))
    )
    op.create_table('blob',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Enum('pdf', 'docx', 'doc', 'jpg', 'png', 'webp', 'xlsx', name='kind', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('size > 0', name=op.f('ck_blob_size')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_blob')),
    sa.UniqueConstraint('sha256', name=op.f('uq_blob_sha256'))
    )
    op.create_table('cohort',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('is_current', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cohort')),
    sa.UniqueConstraint('year', name=op.f('uq_cohort_year'))
    )
    op.create_table('failed_sign_in',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_failed_sign_in'))
    )
    with op.batch_alter_table('failed_sign_in', schema=None) as batch_op:
        batch_op.create_index('ix_failed_sign_in_key_at', ['key', 'at'], unique=False)

    op.create_table('job',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('args', sa.JSON(), nullable=False),
    sa.Column('due', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lease', sa.DateTime(timezone=True), nullable=True),
    sa.Column('token', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('tries', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('dead', sa.Boolean(), nullable=False),
    sa.Column('error', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job'))
    )
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.create_index('ix_job_open', ['due', 'id'], unique=False, sqlite_where=sa.text('done_at IS NULL AND dead = 0'), postgresql_where=sa.text('done_at IS NULL AND NOT dead'))

    op.create_table('option',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('key', sa.String(length=60), nullable=False),
    sa.Column('value', sa.JSON(), nullable=False),
    sa.Column('version', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_option')),
    sa.UniqueConstraint('key', name=op.f('uq_option_key'))
    )
    op.create_table('org_unit',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('kind', sa.Enum('university', 'college', 'major', 'class', name='kind', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('parent_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('name_en', sa.Text(), nullable=False),
    sa.CheckConstraint("(kind = 'university') = (parent_id IS NULL)", name=op.f('ck_org_unit_root')),
    sa.ForeignKeyConstraint(['parent_id'], ['org_unit.id'], name=op.f('fk_org_unit_parent_id_org_unit'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_org_unit')),
    sa.UniqueConstraint('parent_id', 'kind', 'code', name=op.f('uq_org_unit_parent_id_kind_code'))
    )
    with op.batch_alter_table('org_unit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_org_unit_parent_id'), ['parent_id'], unique=False)

    op.create_table('outgoing_mail',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('to_name', sa.Text(), nullable=False),
    sa.Column('to_address', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('message_id', sa.String(length=200), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outgoing_mail')),
    sa.UniqueConstraint('message_id', name=op.f('uq_outgoing_mail_message_id'))
    )
    op.create_table('prescription_counter',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('year', sa.SmallInteger(), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_prescription_counter')),
    sa.UniqueConstraint('year', name=op.f('uq_prescription_counter_year'))
    )
    op.create_table('user_account',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('username', sa.String(length=60), nullable=False),
    sa.Column('number', sa.String(length=30), nullable=True),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('sort_key', sa.Text(), nullable=False),
    sa.Column('search_key', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), nullable=True),
    sa.Column('password_hash', sa.Text(), nullable=True),
    sa.Column('language', sa.String(length=20), nullable=True),
    sa.Column('theme', sa.String(length=10), nullable=True),
    sa.Column('shortcuts', sa.Boolean(), nullable=False),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user_account')),
    sa.UniqueConstraint('number', name=op.f('uq_user_account_number')),
    sa.UniqueConstraint('username', name=op.f('uq_user_account_username'))
    )
    with op.batch_alter_table('user_account', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_user_account_sort_key'), ['sort_key'], unique=False)

    op.create_table('drawing',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('blob_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('page_count', sa.Integer(), nullable=True),
    sa.Column('has_text', sa.Boolean(), nullable=False),
    sa.Column('ready_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('problem', sa.String(length=30), nullable=True),
    sa.ForeignKeyConstraint(['blob_id'], ['blob.id'], name=op.f('fk_drawing_blob_id_blob'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_drawing')),
    sa.UniqueConstraint('blob_id', name=op.f('uq_drawing_blob_id'))
    )
    op.create_table('duty',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('weekly_capacity', sa.SmallInteger(), nullable=False),
    sa.Column('away_from', sa.Date(), nullable=True),
    sa.Column('away_until', sa.Date(), nullable=True),
    sa.Column('version', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.CheckConstraint('(away_from IS NULL) = (away_until IS NULL) AND away_from <= away_until', name=op.f('ck_duty_away')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_duty_user_id_user_account'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_duty')),
    sa.UniqueConstraint('user_id', name=op.f('uq_duty_user_id'))
    )
    op.create_table('notice',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=60), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_notice_user_id_user_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice'))
    )
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.create_index('ix_notice_unread', ['user_id'], unique=False, sqlite_where=sa.text('read_at IS NULL'), postgresql_where=sa.text('read_at IS NULL'))
        batch_op.create_index('ix_notice_user_created', ['user_id', 'created_at'], unique=False)

    op.create_table('one_time_link',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_one_time_link_user_id_user_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_one_time_link')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_one_time_link_token_hash'))
    )
    with op.batch_alter_table('one_time_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_one_time_link_user_id'), ['user_id'], unique=False)

    op.create_table('role_grant',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('role', sa.Enum('student', 'reviewer', 'mentor', 'counselor', 'college_leader', 'office', 'school_leader', 'incubator_manager', 'admin', name='role', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('unit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('begins_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.CheckConstraint('ends_on IS NULL OR ends_on >= begins_on', name=op.f('ck_role_grant_term')),
    sa.ForeignKeyConstraint(['unit_id'], ['org_unit.id'], name=op.f('fk_role_grant_unit_id_org_unit'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_role_grant_user_id_user_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_grant'))
    )
    with op.batch_alter_table('role_grant', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_role_grant_unit_id'), ['unit_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_role_grant_user_id'), ['user_id'], unique=False)

    op.create_table('sign_in',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('address', sa.String(length=60), nullable=False),
    sa.Column('agent', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_sign_in_user_id_user_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_sign_in_token_hash'))
    )
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_user_id'), ['user_id'], unique=False)

    op.create_table('student',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('cohort_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('college_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('major_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('class_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('phone', sa.String(length=30), nullable=True),
    sa.Column('support_level', sa.SmallInteger(), nullable=False),
    sa.CheckConstraint('support_level BETWEEN 0 AND 2', name=op.f('ck_student_support_level')),
    sa.ForeignKeyConstraint(['class_id'], ['org_unit.id'], name=op.f('fk_student_class_id_org_unit'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['cohort_id'], ['cohort.id'], name=op.f('fk_student_cohort_id_cohort'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['college_id'], ['org_unit.id'], name=op.f('fk_student_college_id_org_unit'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['major_id'], ['org_unit.id'], name=op.f('fk_student_major_id_org_unit'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_student_user_id_user_account'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_student')),
    sa.UniqueConstraint('user_id', name=op.f('uq_student_user_id'))
    )
    with op.batch_alter_table('student', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_student_class_id'), ['class_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_student_cohort_id'), ['cohort_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_student_college_id'), ['college_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_student_major_id'), ['major_id'], unique=False)

    op.create_table('document',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('drawing_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('owner_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['drawing_id'], ['drawing.id'], name=op.f('fk_document_drawing_id_drawing'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['owner_id'], ['user_account.id'], name=op.f('fk_document_owner_id_user_account'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document'))
    )
    with op.batch_alter_table('document', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_document_drawing_id'), ['drawing_id'], unique=False)
        batch_op.create_index('ix_document_owner', ['owner_id', 'created_at'], unique=False)

    op.create_table('page',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('drawing_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('no', sa.Integer(), nullable=False),
    sa.Column('width', sa.Double(), nullable=False),
    sa.Column('height', sa.Double(), nullable=False),
    sa.Column('lines', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['drawing_id'], ['drawing.id'], name=op.f('fk_page_drawing_id_drawing'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_page')),
    sa.UniqueConstraint('drawing_id', 'no', name=op.f('uq_page_drawing_id_no'))
    )
    op.create_table('submission',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('student_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('college_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('target', sa.String(length=80), nullable=False),
    sa.Column('target_key', sa.String(length=80), nullable=False),
    sa.Column('slot', sa.SmallInteger(), nullable=False),
    sa.Column('status', sa.Enum('preparing', 'waiting', 'reviewing', 'returned', 'signed_off', 'withdrawn', name='status', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('round_no', sa.SmallInteger(), nullable=False),
    sa.Column('interview_on', sa.Date(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('first_queued_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('waiting_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('queue_rank', sa.SmallInteger(), nullable=False),
    sa.Column('holder_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reviewer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('reserved_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_move', sa.String(length=30), nullable=True),
    sa.Column('last_moved_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('last_moved_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(status = 'reviewing') = (holder_id IS NOT NULL)", name=op.f('ck_submission_holder')),
    sa.CheckConstraint("status NOT IN ('waiting', 'reviewing') OR waiting_since IS NOT NULL", name=op.f('ck_submission_waiting')),
    sa.CheckConstraint('(holder_id IS NULL) = (lease_until IS NULL)', name=op.f('ck_submission_lease')),
    sa.CheckConstraint('slot BETWEEN 1 AND 9', name=op.f('ck_submission_slot')),
    sa.ForeignKeyConstraint(['college_id'], ['org_unit.id'], name=op.f('fk_submission_college_id_org_unit'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['holder_id'], ['user_account.id'], name=op.f('fk_submission_holder_id_user_account'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['reviewer_id'], ['user_account.id'], name=op.f('fk_submission_reviewer_id_user_account'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['student_id'], ['student.id'], name=op.f('fk_submission_student_id_student'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_submission'))
    )
    with op.batch_alter_table('submission', schema=None) as batch_op:
        batch_op.create_index('ix_submission_holder', ['holder_id', 'status'], unique=False)
        batch_op.create_index('ix_submission_lease', ['lease_until'], unique=False, sqlite_where=sa.text('lease_until IS NOT NULL'), postgresql_where=sa.text('lease_until IS NOT NULL'))
        batch_op.create_index('ix_submission_queue', ['queue_rank', 'waiting_since', 'id', 'college_id', 'first_queued_at'], unique=False, sqlite_where=sa.text("status IN ('waiting', 'reviewing')"), postgresql_where=sa.text("status IN ('waiting', 'reviewing')"))
        batch_op.create_index('ix_submission_returned', ['last_moved_at', 'id', 'college_id', 'first_queued_at'], unique=False, sqlite_where=sa.text("status = 'returned'"), postgresql_where=sa.text("status = 'returned'"))
        batch_op.create_index('ix_submission_reviewer', ['reviewer_id', 'status'], unique=False)
        batch_op.create_index('ix_submission_signed_off', ['last_moved_at', 'id', 'college_id', 'first_queued_at'], unique=False, sqlite_where=sa.text("status = 'signed_off'"), postgresql_where=sa.text("status = 'signed_off'"))
        batch_op.create_index('ix_submission_waiting', ['waiting_since', 'id', 'college_id', 'first_queued_at'], unique=False, sqlite_where=sa.text("status IN ('waiting', 'reviewing')"), postgresql_where=sa.text("status IN ('waiting', 'reviewing')"))
        batch_op.create_index('uq_submission_open_slot', ['student_id', 'slot'], unique=True, sqlite_where=sa.text("status IN ('preparing', 'waiting', 'reviewing', 'returned')"), postgresql_where=sa.text("status IN ('preparing', 'waiting', 'reviewing', 'returned')"))
        batch_op.create_index('uq_submission_open_target', ['student_id', 'target_key'], unique=True, sqlite_where=sa.text("status IN ('preparing', 'waiting', 'reviewing', 'returned')"), postgresql_where=sa.text("status IN ('preparing', 'waiting', 'reviewing', 'returned')"))

    op.create_table('annotation',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('document_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('author_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('page_no', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('must-fix', 'suggestion', 'praise', 'question', name='kind', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('place', sa.String(length=200), nullable=False),
    sa.Column('selector', sa.JSON(), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('edited_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.CheckConstraint("body <> ''", name=op.f('ck_annotation_body')),
    sa.CheckConstraint('closed_at IS NULL OR published_at IS NOT NULL', name=op.f('ck_annotation_closed')),
    sa.ForeignKeyConstraint(['author_id'], ['user_account.id'], name=op.f('fk_annotation_author_id_user_account'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], name=op.f('fk_annotation_document_id_document'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_annotation'))
    )
    with op.batch_alter_table('annotation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_annotation_author_id'), ['author_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_annotation_document_id'), ['document_id'], unique=False)
        batch_op.create_index('uq_annotation_once', ['document_id', 'author_id', 'fingerprint'], unique=True, sqlite_where=sa.text('deleted_at IS NULL'), postgresql_where=sa.text('deleted_at IS NULL'))

    op.create_table('page_picture',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('page_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('blob_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['blob_id'], ['blob.id'], name=op.f('fk_page_picture_blob_id_blob'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['page_id'], ['page.id'], name=op.f('fk_page_picture_page_id_page'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_page_picture')),
    sa.UniqueConstraint('page_id', 'width', name=op.f('uq_page_picture_page_id_width'))
    )
    with op.batch_alter_table('page_picture', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_page_picture_blob_id'), ['blob_id'], unique=False)

    op.create_table('round',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('submission_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('no', sa.SmallInteger(), nullable=False),
    sa.Column('document_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('focus', sa.JSON(), nullable=False),
    sa.Column('ask', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reviewer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decision', sa.Enum('revise', 'sign_off', name='decision', native_enum=False, create_constraint=True, length=20), nullable=True),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('rx_year', sa.SmallInteger(), nullable=True),
    sa.Column('rx_number', sa.Integer(), nullable=True),
    sa.CheckConstraint("published_at IS NULL OR summary <> ''", name=op.f('ck_round_summary')),
    sa.CheckConstraint('(published_at IS NULL) = (decision IS NULL)', name=op.f('ck_round_published')),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], name=op.f('fk_round_document_id_document'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['reviewer_id'], ['user_account.id'], name=op.f('fk_round_reviewer_id_user_account'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['submission_id'], ['submission.id'], name=op.f('fk_round_submission_id_submission'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_round')),
    sa.UniqueConstraint('rx_year', 'rx_number', name=op.f('uq_round_rx_year_rx_number')),
    sa.UniqueConstraint('submission_id', 'no', name=op.f('uq_round_submission_id_no'))
    )
    with op.batch_alter_table('round', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_round_document_id'), ['document_id'], unique=False)
        batch_op.create_index('ix_round_published_at', ['published_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_round_reviewer_id'), ['reviewer_id'], unique=False)

    op.create_table('answer',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('annotation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('author_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Enum('done', 'disagree', 'question', 'reply', name='kind', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('document_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['annotation_id'], ['annotation.id'], name=op.f('fk_answer_annotation_id_annotation'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['author_id'], ['user_account.id'], name=op.f('fk_answer_author_id_user_account'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], name=op.f('fk_answer_document_id_document'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answer')),
    sa.UniqueConstraint('annotation_id', 'author_id', 'fingerprint', name=op.f('uq_answer_annotation_id_author_id_fingerprint'))
    )
    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_answer_author_id'), ['author_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_answer_document_id'), ['document_id'], unique=False)

    op.create_table('call',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('submission_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('round_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reviewer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.Enum('reached', 'not_reached', 'declined', name='outcome', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('minutes', sa.SmallInteger(), nullable=True),
    sa.Column('skills', sa.Text(), nullable=False),
    sa.Column('wishes', sa.Text(), nullable=False),
    sa.Column('obstacle', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['reviewer_id'], ['user_account.id'], name=op.f('fk_call_reviewer_id_user_account'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_call_round_id_round'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['submission_id'], ['submission.id'], name=op.f('fk_call_submission_id_submission'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call'))
    )
    with op.batch_alter_table('call', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_call_reviewer_id'), ['reviewer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_call_round_id'), ['round_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_call_submission_id'), ['submission_id'], unique=False)

    op.create_table('review_draft',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('round_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('author_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('typed', sa.JSON(), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['user_account.id'], name=op.f('fk_review_draft_author_id_user_account'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['round_id'], ['round.id'], name=op.f('fk_review_draft_round_id_round'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_draft')),
    sa.UniqueConstraint('round_id', 'author_id', name=op.f('uq_review_draft_round_id_author_id'))
    )
    with op.batch_alter_table('review_draft', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_review_draft_author_id'), ['author_id'], unique=False)

    for statement in LAWS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table('review_draft', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_review_draft_author_id'))

    op.drop_table('review_draft')
    with op.batch_alter_table('call', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_call_submission_id'))
        batch_op.drop_index(batch_op.f('ix_call_round_id'))
        batch_op.drop_index(batch_op.f('ix_call_reviewer_id'))

    op.drop_table('call')
    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_answer_document_id'))
        batch_op.drop_index(batch_op.f('ix_answer_author_id'))

    op.drop_table('answer')
    with op.batch_alter_table('round', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_round_reviewer_id'))
        batch_op.drop_index('ix_round_published_at')
        batch_op.drop_index(batch_op.f('ix_round_document_id'))

    op.drop_table('round')
    with op.batch_alter_table('page_picture', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_page_picture_blob_id'))

    op.drop_table('page_picture')
    with op.batch_alter_table('annotation', schema=None) as batch_op:
        batch_op.drop_index('uq_annotation_once', sqlite_where=sa.text('deleted_at IS NULL'), postgresql_where=sa.text('deleted_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_annotation_document_id'))
        batch_op.drop_index(batch_op.f('ix_annotation_author_id'))

    op.drop_table('annotation')
    with op.batch_alter_table('submission', schema=None) as batch_op:
        batch_op.drop_index('uq_submission_open_target', sqlite_where=sa.text("status IN ('preparing', 'waiting', 'reviewing', 'returned')"), postgresql_where=sa.text("status IN ('preparing', 'waiting', 'reviewing', 'returned')"))
        batch_op.drop_index('uq_submission_open_slot', sqlite_where=sa.text("status IN ('preparing', 'waiting', 'reviewing', 'returned')"), postgresql_where=sa.text("status IN ('preparing', 'waiting', 'reviewing', 'returned')"))
        batch_op.drop_index('ix_submission_waiting', sqlite_where=sa.text("status IN ('waiting', 'reviewing')"), postgresql_where=sa.text("status IN ('waiting', 'reviewing')"))
        batch_op.drop_index('ix_submission_signed_off', sqlite_where=sa.text("status = 'signed_off'"), postgresql_where=sa.text("status = 'signed_off'"))
        batch_op.drop_index('ix_submission_reviewer')
        batch_op.drop_index('ix_submission_returned', sqlite_where=sa.text("status = 'returned'"), postgresql_where=sa.text("status = 'returned'"))
        batch_op.drop_index('ix_submission_queue', sqlite_where=sa.text("status IN ('waiting', 'reviewing')"), postgresql_where=sa.text("status IN ('waiting', 'reviewing')"))
        batch_op.drop_index('ix_submission_lease', sqlite_where=sa.text('lease_until IS NOT NULL'), postgresql_where=sa.text('lease_until IS NOT NULL'))
        batch_op.drop_index('ix_submission_holder')

    op.drop_table('submission')
    op.drop_table('page')
    with op.batch_alter_table('document', schema=None) as batch_op:
        batch_op.drop_index('ix_document_owner')
        batch_op.drop_index(batch_op.f('ix_document_drawing_id'))

    op.drop_table('document')
    with op.batch_alter_table('student', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_student_major_id'))
        batch_op.drop_index(batch_op.f('ix_student_college_id'))
        batch_op.drop_index(batch_op.f('ix_student_cohort_id'))
        batch_op.drop_index(batch_op.f('ix_student_class_id'))

    op.drop_table('student')
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_in_user_id'))

    op.drop_table('sign_in')
    with op.batch_alter_table('role_grant', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_role_grant_user_id'))
        batch_op.drop_index(batch_op.f('ix_role_grant_unit_id'))

    op.drop_table('role_grant')
    with op.batch_alter_table('one_time_link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_one_time_link_user_id'))

    op.drop_table('one_time_link')
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.drop_index('ix_notice_user_created')
        batch_op.drop_index('ix_notice_unread', sqlite_where=sa.text('read_at IS NULL'), postgresql_where=sa.text('read_at IS NULL'))

    op.drop_table('notice')
    op.drop_table('duty')
    op.drop_table('drawing')
    with op.batch_alter_table('user_account', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_user_account_sort_key'))

    op.drop_table('user_account')
    op.drop_table('prescription_counter')
    op.drop_table('outgoing_mail')
    with op.batch_alter_table('org_unit', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_org_unit_parent_id'))

    op.drop_table('org_unit')
    op.drop_table('option')
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.drop_index('ix_job_open', sqlite_where=sa.text('done_at IS NULL AND dead = 0'), postgresql_where=sa.text('done_at IS NULL AND NOT dead'))

    op.drop_table('job')
    with op.batch_alter_table('failed_sign_in', schema=None) as batch_op:
        batch_op.drop_index('ix_failed_sign_in_key_at')

    op.drop_table('failed_sign_in')
    op.drop_table('cohort')
    op.drop_table('blob')
    op.drop_table('audit_head')
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.drop_index('ix_audit_entry_unsealed', sqlite_where=sa.text('seq IS NULL'), postgresql_where=sa.text('seq IS NULL'))
        batch_op.drop_index('ix_audit_entry_topic')
        batch_op.drop_index(batch_op.f('ix_audit_entry_actor_id'))

    op.drop_table('audit_entry')
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_entry_guard")
