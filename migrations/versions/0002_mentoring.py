"""Mentoring: contacts, intentions, assignments, hand-overs, plans, requests, sealed tags, code lists."""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('code',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('kind', sa.Enum('region', 'industry', 'stage', 'hardship', name='kind', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('name_en', sa.String(length=60), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('is_retired', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_code')),
    sa.UniqueConstraint('kind', 'code', name=op.f('uq_code_kind_code'))
    )
    op.create_table('absence',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('deputy_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('begins_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.CheckConstraint('ends_on >= begins_on', name=op.f('ck_absence_term')),
    sa.CheckConstraint('user_id <> deputy_id', name=op.f('ck_absence_deputy')),
    sa.ForeignKeyConstraint(['deputy_id'], ['user_account.id'], name=op.f('fk_absence_deputy_id_user_account'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_absence_user_id_user_account'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_absence'))
    )
    with op.batch_alter_table('absence', schema=None) as batch_op:
        batch_op.create_index('ix_absence_deputy', ['deputy_id', 'ends_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_absence_user_id'), ['user_id'], unique=False)

    op.create_table('diary_line',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('text', sa.String(length=500), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_diary_line_user_id_user_account'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_diary_line'))
    )
    with op.batch_alter_table('diary_line', schema=None) as batch_op:
        batch_op.create_index('ix_diary_line_user_day', ['user_id', 'day'], unique=False)

    op.create_table('handover',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('from_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('to_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('cause', sa.Enum('leaves', 'ill', 'cohort', 'other', name='cause', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('status', sa.Enum('preparing', 'offered', 'signed', 'declined', 'cancelled', name='status', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('made_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.String(length=200), nullable=False),
    sa.Column('last_move', sa.String(length=30), nullable=True),
    sa.Column('last_moved_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('last_moved_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('from_id <> to_id', name=op.f('ck_handover_two')),
    sa.ForeignKeyConstraint(['from_id'], ['user_account.id'], name=op.f('fk_handover_from_id_user_account'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['made_by'], ['user_account.id'], name=op.f('fk_handover_made_by_user_account'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['to_id'], ['user_account.id'], name=op.f('fk_handover_to_id_user_account'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handover'))
    )
    with op.batch_alter_table('handover', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_handover_from_id'), ['from_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_handover_made_by'), ['made_by'], unique=False)
        batch_op.create_index(batch_op.f('ix_handover_to_id'), ['to_id'], unique=False)

    op.create_table('mentor_terms',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('capacity', sa.SmallInteger(), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('version', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.CheckConstraint('capacity BETWEEN 0 AND 60', name=op.f('ck_mentor_terms_capacity')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_mentor_terms_user_id_user_account'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mentor_terms')),
    sa.UniqueConstraint('user_id', name=op.f('uq_mentor_terms_user_id'))
    )
    op.create_table('proposal',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('college_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('cohort_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('status', sa.Enum('draft', 'confirmed', 'dropped', name='status', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('made_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('keeps_present', sa.Boolean(), nullable=False),
    sa.Column('took_ms', sa.Integer(), nullable=False),
    sa.Column('last_move', sa.String(length=30), nullable=True),
    sa.Column('last_moved_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('last_moved_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['cohort_id'], ['cohort.id'], name=op.f('fk_proposal_cohort_id_cohort'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['college_id'], ['org_unit.id'], name=op.f('fk_proposal_college_id_org_unit'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['made_by'], ['user_account.id'], name=op.f('fk_proposal_made_by_user_account'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposal'))
    )
    with op.batch_alter_table('proposal', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_proposal_cohort_id'), ['cohort_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_proposal_college_id'), ['college_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_proposal_made_by'), ['made_by'], unique=False)
        batch_op.create_index('uq_proposal_draft', ['college_id'], unique=True, sqlite_where=sa.text("status = 'draft'"), postgresql_where=sa.text("status = 'draft'"))

    op.create_table('reminded',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_reminded_user_id_user_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminded')),
    sa.UniqueConstraint('user_id', 'day', name=op.f('uq_reminded_user_id_day'))
    )
    op.create_table('saved_view',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('listing', sa.String(length=60), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('query', sa.String(length=400), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_saved_view_user_id_user_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_view')),
    sa.UniqueConstraint('user_id', 'listing', 'name', name=op.f('uq_saved_view_user_id_listing_name'))
    )
    op.create_table('adviser',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('student_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Enum('thesis', 'internship', name='kind', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.ForeignKeyConstraint(['student_id'], ['student.id'], name=op.f('fk_adviser_student_id_student'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_adviser_user_id_user_account'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_adviser')),
    sa.UniqueConstraint('student_id', 'kind', name=op.f('uq_adviser_student_id_kind'))
    )
    with op.batch_alter_table('adviser', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_adviser_user_id'), ['user_id'], unique=False)

    op.create_table('handover_item',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('handover_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('student_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('facts', sa.Text(), nullable=False),
    sa.Column('promises', sa.Text(), nullable=False),
    sa.Column('sore_points', sa.Text(), nullable=False),
    sa.Column('consent', sa.Enum('none', 'asked', 'given', 'refused', name='consent', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.ForeignKeyConstraint(['handover_id'], ['handover.id'], name=op.f('fk_handover_item_handover_id_handover'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['student_id'], ['student.id'], name=op.f('fk_handover_item_student_id_student'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handover_item')),
    sa.UniqueConstraint('handover_id', 'student_id', name=op.f('uq_handover_item_handover_id_student_id'))
    )
    with op.batch_alter_table('handover_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_handover_item_student_id'), ['student_id'], unique=False)

    op.create_table('help_request',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('student_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('asked_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('from_level', sa.Enum('mentor', 'counselor', 'college', 'school', name='from_level', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('to_level', sa.Enum('mentor', 'counselor', 'college', 'school', name='to_level', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('answered_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('status', sa.Enum('open', 'answered', 'taken_back', name='status', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('last_move', sa.String(length=30), nullable=True),
    sa.Column('last_moved_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('last_moved_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("status <> 'answered' OR answer <> ''", name=op.f('ck_help_request_answer')),
    sa.ForeignKeyConstraint(['answered_by'], ['user_account.id'], name=op.f('fk_help_request_answered_by_user_account'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['asked_by'], ['user_account.id'], name=op.f('fk_help_request_asked_by_user_account'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['student_id'], ['student.id'], name=op.f('fk_help_request_student_id_student'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_help_request'))
    )
    with op.batch_alter_table('help_request', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_help_request_answered_by'), ['answered_by'], unique=False)
        batch_op.create_index(batch_op.f('ix_help_request_asked_by'), ['asked_by'], unique=False)
        batch_op.create_index(batch_op.f('ix_help_request_student_id'), ['student_id'], unique=False)
        batch_op.create_index('uq_help_request_open', ['student_id', 'to_level'], unique=True, sqlite_where=sa.text("status = 'open'"), postgresql_where=sa.text("status = 'open'"))

    op.create_table('intention',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('student_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('is_current', sa.Boolean(), nullable=False),
    sa.Column('way', sa.Enum('work', 'study', 'civil', 'army', 'startup', 'undecided', name='way', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('regions', sa.JSON(), nullable=False),
    sa.Column('industries', sa.JSON(), nullable=False),
    sa.Column('posts', sa.String(length=120), nullable=False),
    sa.Column('stage', sa.String(length=20), nullable=True),
    sa.Column('pay_from', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('second_plan', sa.String(length=200), nullable=False),
    sa.Column('obstacle', sa.String(length=200), nullable=False),
    sa.CheckConstraint('pay_from IS NULL OR pay_from BETWEEN 0 AND 100000000', name=op.f('ck_intention_pay')),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_intention_by_id_user_account'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['student_id'], ['student.id'], name=op.f('fk_intention_student_id_student'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_intention'))
    )
    with op.batch_alter_table('intention', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_intention_by_id'), ['by_id'], unique=False)
        batch_op.create_index('ix_intention_student', ['student_id', 'id'], unique=False)
        batch_op.create_index('uq_intention_current', ['student_id'], unique=True, sqlite_where=sa.text('is_current = 1'), postgresql_where=sa.text('is_current'))

    op.create_table('pairing',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('proposal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('student_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('before_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('mentor_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('reason', sa.Enum('fixed', 'present', 'thesis', 'internship', 'major', 'load', 'by_hand', 'imported', 'no_teacher', 'no_room', name='reason', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.ForeignKeyConstraint(['before_id'], ['user_account.id'], name=op.f('fk_pairing_before_id_user_account'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['mentor_id'], ['user_account.id'], name=op.f('fk_pairing_mentor_id_user_account'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposal.id'], name=op.f('fk_pairing_proposal_id_proposal'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['student_id'], ['student.id'], name=op.f('fk_pairing_student_id_student'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pairing')),
    sa.UniqueConstraint('proposal_id', 'student_id', name=op.f('uq_pairing_proposal_id_student_id'))
    )
    with op.batch_alter_table('pairing', schema=None) as batch_op:
        batch_op.create_index('ix_pairing_mentor', ['proposal_id', 'mentor_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_pairing_student_id'), ['student_id'], unique=False)

    op.create_table('plan',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('student_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('way', sa.Enum('work', 'study', 'civil', 'army', 'startup', 'undecided', name='way', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('goal', sa.String(length=200), nullable=False),
    sa.Column('made_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.String(length=200), nullable=False),
    sa.Column('version', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['made_by'], ['user_account.id'], name=op.f('fk_plan_made_by_user_account'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['student_id'], ['student.id'], name=op.f('fk_plan_student_id_student'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan'))
    )
    with op.batch_alter_table('plan', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_plan_made_by'), ['made_by'], unique=False)
        batch_op.create_index(batch_op.f('ix_plan_student_id'), ['student_id'], unique=False)
        batch_op.create_index('uq_plan_open', ['student_id'], unique=True, sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))

    op.create_table('contact',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('student_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('author_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('form_key', sa.String(length=32), nullable=True),
    sa.Column('level', sa.Enum('mentor', 'counselor', 'college', 'school', name='level', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('channel', sa.Enum('phone', 'wechat', 'message', 'face', 'dorm', 'other', name='channel', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('reached', sa.Boolean(), nullable=False),
    sa.Column('minutes', sa.SmallInteger(), nullable=True),
    sa.Column('mood', sa.Enum('hopeful', 'steady', 'tense', 'tired', 'low', name='mood', native_enum=False, create_constraint=True, length=20), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('obstacle', sa.String(length=200), nullable=False),
    sa.Column('promise', sa.String(length=200), nullable=False),
    sa.Column('promise_by', sa.Enum('teacher', 'student', name='promise_by', native_enum=False, create_constraint=True, length=20), nullable=True),
    sa.Column('promise_kept_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('next_on', sa.Date(), nullable=True),
    sa.Column('intention_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('private_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('keeper_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('corrects_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('overrode', sa.String(length=200), nullable=False),
    sa.CheckConstraint('keeper_id IS NULL OR private_sealed IS NOT NULL', name=op.f('ck_contact_keeper')),
    sa.CheckConstraint('minutes IS NULL OR minutes BETWEEN 0 AND 600', name=op.f('ck_contact_minutes')),
    sa.ForeignKeyConstraint(['author_id'], ['user_account.id'], name=op.f('fk_contact_author_id_user_account'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['corrects_id'], ['contact.id'], name=op.f('fk_contact_corrects_id_contact'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['intention_id'], ['intention.id'], name=op.f('fk_contact_intention_id_intention'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['keeper_id'], ['user_account.id'], name=op.f('fk_contact_keeper_id_user_account'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['student_id'], ['student.id'], name=op.f('fk_contact_student_id_student'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact')),
    sa.UniqueConstraint('author_id', 'form_key', name=op.f('uq_contact_author_id_form_key'))
    )
    with op.batch_alter_table('contact', schema=None) as batch_op:
        batch_op.create_index('ix_contact_author_at', ['author_id', 'at'], unique=False)
        batch_op.create_index('ix_contact_keeper', ['keeper_id', 'student_id'], unique=False, sqlite_where=sa.text('keeper_id IS NOT NULL'), postgresql_where=sa.text('keeper_id IS NOT NULL'))
        batch_op.create_index('ix_contact_student_at', ['student_id', 'at'], unique=False)

    op.create_table('hardship_tag',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('student_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('proof_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('proof_key_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('entered_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['entered_by'], ['user_account.id'], name=op.f('fk_hardship_tag_entered_by_user_account'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['proof_id'], ['document.id'], name=op.f('fk_hardship_tag_proof_id_document'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['student_id'], ['student.id'], name=op.f('fk_hardship_tag_student_id_student'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hardship_tag'))
    )
    with op.batch_alter_table('hardship_tag', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_hardship_tag_entered_by'), ['entered_by'], unique=False)
        batch_op.create_index(batch_op.f('ix_hardship_tag_proof_id'), ['proof_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_hardship_tag_student_id'), ['student_id'], unique=False)

    op.create_table('plan_review',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('plan_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_plan_review_by_id_user_account'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['plan_id'], ['plan.id'], name=op.f('fk_plan_review_plan_id_plan'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_review'))
    )
    with op.batch_alter_table('plan_review', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_plan_review_by_id'), ['by_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_plan_review_plan_id'), ['plan_id'], unique=False)

    op.create_table('plan_step',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('plan_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('place', sa.SmallInteger(), nullable=False),
    sa.Column('text', sa.String(length=200), nullable=False),
    sa.Column('owner', sa.Enum('student', 'mentor', 'counselor', 'college', 'office', name='owner', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['done_by'], ['user_account.id'], name=op.f('fk_plan_step_done_by_user_account'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['plan_id'], ['plan.id'], name=op.f('fk_plan_step_plan_id_plan'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_step'))
    )
    with op.batch_alter_table('plan_step', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_plan_step_plan_id'), ['plan_id'], unique=False)

    with op.batch_alter_table('student', schema=None) as batch_op:
        batch_op.add_column(sa.Column('mentor_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.add_column(sa.Column('mentor_since', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('mentor_fixed', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('situation', sa.Enum('searching', 'preparing', 'offered', 'settled', 'pausing', name='situation', native_enum=False, create_constraint=True, length=20), nullable=False, server_default='searching'))
        batch_op.add_column(sa.Column('contacted_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('tried_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('next_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('next_what', sa.String(length=200), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('turn', sa.Enum('teacher', 'student', name='turn', native_enum=False, create_constraint=True, length=20), nullable=False, server_default='teacher'))
        batch_op.add_column(sa.Column('turn_since', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('due_on', sa.Date(), nullable=False, server_default='9999-12-31'))
        batch_op.add_column(sa.Column('reach_by', sa.Enum('phone', 'wechat', 'message', 'face', 'dorm', 'other', name='reach_by', native_enum=False, create_constraint=True, length=20), nullable=True))
        batch_op.add_column(sa.Column('reach_hours', sa.String(length=60), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('quiet_until', sa.Date(), nullable=True))
        batch_op.drop_index(batch_op.f('ix_student_class_id'))
        batch_op.drop_index(batch_op.f('ix_student_college_id'))
        batch_op.create_index('ix_student_class_due', ['class_id', 'due_on', 'id'], unique=False)
        batch_op.create_index('ix_student_college_due', ['college_id', 'due_on', 'id'], unique=False)
        batch_op.create_index('ix_student_due', ['due_on', 'id'], unique=False)
        batch_op.create_index('ix_student_mentor_due', ['mentor_id', 'due_on', 'id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_student_mentor_id_user_account'), 'user_account', ['mentor_id'], ['id'], ondelete='RESTRICT')
        batch_op.create_check_constraint('mentor', '(mentor_id IS NULL) = (mentor_since IS NULL)')
    with op.batch_alter_table('student', schema=None) as batch_op:
        # The defaults were only for the rows that are there; from now on the model gives them.
        for name in ('mentor_fixed', 'situation', 'next_what', 'turn', 'reach_hours', 'due_on'):
            batch_op.alter_column(name, server_default=None)
    with op.batch_alter_table('submission', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_submission_student_id'), ['student_id'], unique=False)
    with op.batch_alter_table('round', schema=None) as batch_op:
        batch_op.drop_index('ix_round_published_at')
        batch_op.create_index('ix_round_published_at', ['published_at', 'reviewer_id', 'decision'], unique=False)
    # Nobody has been talked to yet, so everybody is due.
    op.execute('UPDATE student SET due_on = CURRENT_DATE')



def downgrade() -> None:
    with op.batch_alter_table('round', schema=None) as batch_op:
        batch_op.drop_index('ix_round_published_at')
        batch_op.create_index('ix_round_published_at', ['published_at'], unique=False)
    with op.batch_alter_table('submission', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_submission_student_id'))
    with op.batch_alter_table('student', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_student_mentor_id_user_account'), type_='foreignkey')
        for law in ('mentor', 'situation', 'turn', 'reach_by'):
            batch_op.drop_constraint(law, type_='check')
        batch_op.drop_index('ix_student_mentor_due')
        batch_op.drop_index('ix_student_due')
        batch_op.drop_index('ix_student_college_due')
        batch_op.drop_index('ix_student_class_due')
        batch_op.create_index(batch_op.f('ix_student_college_id'), ['college_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_student_class_id'), ['class_id'], unique=False)
        batch_op.drop_column('quiet_until')
        batch_op.drop_column('reach_hours')
        batch_op.drop_column('reach_by')
        batch_op.drop_column('due_on')
        batch_op.drop_column('turn_since')
        batch_op.drop_column('turn')
        batch_op.drop_column('next_what')
        batch_op.drop_column('next_on')
        batch_op.drop_column('tried_at')
        batch_op.drop_column('contacted_at')
        batch_op.drop_column('situation')
        batch_op.drop_column('mentor_fixed')
        batch_op.drop_column('mentor_since')
        batch_op.drop_column('mentor_id')

    with op.batch_alter_table('plan_step', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_plan_step_plan_id'))

    op.drop_table('plan_step')
    with op.batch_alter_table('plan_review', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_plan_review_plan_id'))
        batch_op.drop_index(batch_op.f('ix_plan_review_by_id'))

    op.drop_table('plan_review')
    with op.batch_alter_table('hardship_tag', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_hardship_tag_student_id'))
        batch_op.drop_index(batch_op.f('ix_hardship_tag_proof_id'))
        batch_op.drop_index(batch_op.f('ix_hardship_tag_entered_by'))

    op.drop_table('hardship_tag')
    with op.batch_alter_table('contact', schema=None) as batch_op:
        batch_op.drop_index('ix_contact_student_at')
        batch_op.drop_index('ix_contact_keeper', sqlite_where=sa.text('keeper_id IS NOT NULL'), postgresql_where=sa.text('keeper_id IS NOT NULL'))
        batch_op.drop_index('ix_contact_author_at')

    op.drop_table('contact')
    with op.batch_alter_table('plan', schema=None) as batch_op:
        batch_op.drop_index('uq_plan_open', sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_plan_student_id'))
        batch_op.drop_index(batch_op.f('ix_plan_made_by'))

    op.drop_table('plan')
    with op.batch_alter_table('pairing', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pairing_student_id'))
        batch_op.drop_index('ix_pairing_mentor')

    op.drop_table('pairing')
    with op.batch_alter_table('intention', schema=None) as batch_op:
        batch_op.drop_index('uq_intention_current', sqlite_where=sa.text('is_current = 1'), postgresql_where=sa.text('is_current'))
        batch_op.drop_index('ix_intention_student')
        batch_op.drop_index(batch_op.f('ix_intention_by_id'))

    op.drop_table('intention')
    with op.batch_alter_table('help_request', schema=None) as batch_op:
        batch_op.drop_index('uq_help_request_open', sqlite_where=sa.text("status = 'open'"), postgresql_where=sa.text("status = 'open'"))
        batch_op.drop_index(batch_op.f('ix_help_request_student_id'))
        batch_op.drop_index(batch_op.f('ix_help_request_asked_by'))
        batch_op.drop_index(batch_op.f('ix_help_request_answered_by'))

    op.drop_table('help_request')
    with op.batch_alter_table('handover_item', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_handover_item_student_id'))

    op.drop_table('handover_item')
    with op.batch_alter_table('adviser', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_adviser_user_id'))

    op.drop_table('adviser')
    op.drop_table('saved_view')
    op.drop_table('reminded')
    with op.batch_alter_table('proposal', schema=None) as batch_op:
        batch_op.drop_index('uq_proposal_draft', sqlite_where=sa.text("status = 'draft'"), postgresql_where=sa.text("status = 'draft'"))
        batch_op.drop_index(batch_op.f('ix_proposal_made_by'))
        batch_op.drop_index(batch_op.f('ix_proposal_college_id'))
        batch_op.drop_index(batch_op.f('ix_proposal_cohort_id'))

    op.drop_table('proposal')
    op.drop_table('mentor_terms')
    with op.batch_alter_table('handover', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_handover_to_id'))
        batch_op.drop_index(batch_op.f('ix_handover_made_by'))
        batch_op.drop_index(batch_op.f('ix_handover_from_id'))

    op.drop_table('handover')
    with op.batch_alter_table('diary_line', schema=None) as batch_op:
        batch_op.drop_index('ix_diary_line_user_day')

    op.drop_table('diary_line')
    with op.batch_alter_table('absence', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_absence_user_id'))
        batch_op.drop_index('ix_absence_deputy')

    op.drop_table('absence')
    op.drop_table('code')
