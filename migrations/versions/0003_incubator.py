"""The incubator: the place, calls, applications, tenancies; no two tenancies of one room overlap."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

LAWS = {
  "sqlite": (
    """CREATE TRIGGER tenancy_room_insert BEFORE INSERT ON tenancy WHEN NEW.status IN ('offered', 'accepted', 'active', 'ended') AND EXISTS (SELECT 1 FROM tenancy t WHERE t.workspace_id = NEW.workspace_id AND t.id <> NEW.id AND t.status IN ('offered', 'accepted', 'active', 'ended') AND t.begins_on <= NEW.ends_on AND t.ends_on >= NEW.begins_on) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: ex_tenancy_room'); END""",
    """CREATE TRIGGER tenancy_room_update BEFORE UPDATE OF workspace_id, begins_on, ends_on, status ON tenancy WHEN NEW.status IN ('offered', 'accepted', 'active', 'ended') AND EXISTS (SELECT 1 FROM tenancy t WHERE t.workspace_id = NEW.workspace_id AND t.id <> NEW.id AND t.status IN ('offered', 'accepted', 'active', 'ended') AND t.begins_on <= NEW.ends_on AND t.ends_on >= NEW.begins_on) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: ex_tenancy_room'); END""",
    """CREATE TRIGGER tenancy_block_insert BEFORE INSERT ON tenancy WHEN NEW.status IN ('offered', 'accepted', 'active') AND EXISTS (SELECT 1 FROM block b WHERE b.workspace_id = NEW.workspace_id AND b.begins_on <= NEW.ends_on AND b.ends_on >= NEW.begins_on) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: ex_tenancy_room'); END""",
    """CREATE TRIGGER tenancy_block_update BEFORE UPDATE OF workspace_id, begins_on, ends_on, status ON tenancy WHEN NEW.status IN ('offered', 'accepted', 'active') AND EXISTS (SELECT 1 FROM block b WHERE b.workspace_id = NEW.workspace_id AND b.begins_on <= NEW.ends_on AND b.ends_on >= NEW.begins_on) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: ex_tenancy_room'); END""",
    """CREATE TRIGGER block_tenancy_insert BEFORE INSERT ON block WHEN 1 AND EXISTS (SELECT 1 FROM tenancy t WHERE t.workspace_id = NEW.workspace_id AND t.status IN ('offered', 'accepted', 'active') AND t.begins_on <= NEW.ends_on AND t.ends_on >= NEW.begins_on) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: ex_tenancy_room'); END""",
    """CREATE TRIGGER block_tenancy_update BEFORE UPDATE OF workspace_id, begins_on, ends_on ON block WHEN 1 AND EXISTS (SELECT 1 FROM tenancy t WHERE t.workspace_id = NEW.workspace_id AND t.status IN ('offered', 'accepted', 'active') AND t.begins_on <= NEW.ends_on AND t.ends_on >= NEW.begins_on) BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: ex_tenancy_room'); END""",
  ),
  "postgresql": (
    """CREATE EXTENSION IF NOT EXISTS btree_gist""",
    """ALTER TABLE tenancy ADD CONSTRAINT ex_tenancy_room EXCLUDE USING gist (workspace_id WITH =, daterange(begins_on, ends_on, '[]') WITH &&) WHERE (status IN ('offered', 'accepted', 'active', 'ended'))""",
    """CREATE FUNCTION incubator_room_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM workspace WHERE id = NEW.workspace_id FOR UPDATE;
  IF TG_TABLE_NAME = 'tenancy' THEN
    IF NEW.status IN ('offered', 'accepted', 'active') AND EXISTS (
      SELECT 1 FROM block b WHERE b.workspace_id = NEW.workspace_id
      AND b.begins_on <= NEW.ends_on AND b.ends_on >= NEW.begins_on
    ) THEN RAISE EXCEPTION 'ex_tenancy_room' USING ERRCODE = 'exclusion_violation'; END IF;
  ELSE
    IF EXISTS (
      SELECT 1 FROM tenancy t WHERE t.workspace_id = NEW.workspace_id AND t.status IN ('offered', 'accepted', 'active')
      AND t.begins_on <= NEW.ends_on AND t.ends_on >= NEW.begins_on
    ) THEN RAISE EXCEPTION 'ex_tenancy_room' USING ERRCODE = 'exclusion_violation'; END IF;
  END IF;
  RETURN NEW;
END $$""",
    """CREATE TRIGGER tenancy_room_guard BEFORE INSERT OR UPDATE ON tenancy FOR EACH ROW EXECUTE FUNCTION incubator_room_guard()""",
    """CREATE TRIGGER block_room_guard BEFORE INSERT OR UPDATE ON block FOR EACH ROW EXECUTE FUNCTION incubator_room_guard()""",
  ),
}


def upgrade() -> None:
    op.create_table('building',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('address', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_building'))
    )
    op.create_table('floor',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('building_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('place', sa.SmallInteger(), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('scenery', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['building_id'], ['building.id'], name=op.f('fk_floor_building_id_building'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_floor'))
    )
    with op.batch_alter_table('floor', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_floor_building_id'), ['building_id'], unique=False)

    op.create_table('intake',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('opens_on', sa.Date(), nullable=False),
    sa.Column('closes_on', sa.Date(), nullable=False),
    sa.Column('pitch_on', sa.Date(), nullable=True),
    sa.Column('entry_bar', sa.Integer(), nullable=False),
    sa.Column('relaxed_bar', sa.Integer(), nullable=False),
    sa.Column('rule', sa.Text(), nullable=False),
    sa.Column('status', sa.Enum('draft', 'open', 'reviewing', 'decided', name='status', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('made_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_move', sa.String(length=30), nullable=True),
    sa.Column('last_moved_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('last_moved_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('closes_on >= opens_on', name=op.f('ck_intake_term')),
    sa.CheckConstraint('relaxed_bar <= entry_bar AND relaxed_bar >= 0 AND entry_bar <= 10000', name=op.f('ck_intake_bars')),
    sa.ForeignKeyConstraint(['made_by'], ['user_account.id'], name=op.f('fk_intake_made_by_user_account'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_intake'))
    )
    op.create_table('application',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('intake_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('lead_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('college_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('team', sa.String(length=60), nullable=False),
    sa.Column('stage', sa.Enum('idea', 'prototype', 'customers', 'registered', name='stage', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('form', sa.Enum('trial', 'registered', name='form', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('credit_code', sa.String(length=18), nullable=False),
    sa.Column('kind', sa.Enum('desk', 'studio', 'workshop', name='kind', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('seats', sa.SmallInteger(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=True),
    sa.Column('months', sa.SmallInteger(), nullable=False),
    sa.Column('needs_water', sa.Boolean(), nullable=False),
    sa.Column('needs_380', sa.Boolean(), nullable=False),
    sa.Column('needs_quiet', sa.Boolean(), nullable=False),
    sa.Column('needs_access', sa.Boolean(), nullable=False),
    sa.Column('budget', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('relief_asked', sa.Boolean(), nullable=False),
    sa.Column('relief_met', sa.Boolean(), nullable=False),
    sa.Column('status', sa.Enum('draft', 'submitted', 'approved', 'rejected', 'housed', 'left', 'withdrawn', name='status', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('points', sa.Integer(), nullable=False),
    sa.Column('refusals', sa.SmallInteger(), nullable=False),
    sa.Column('pitch_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('pitch_minutes', sa.Text(), nullable=False),
    sa.Column('version', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('last_move', sa.String(length=30), nullable=True),
    sa.Column('last_moved_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('last_moved_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("status NOT IN ('approved', 'housed') OR approved_at IS NOT NULL", name=op.f('ck_application_approved')),
    sa.CheckConstraint('months BETWEEN 1 AND 36', name=op.f('ck_application_months')),
    sa.CheckConstraint('seats BETWEEN 1 AND 60', name=op.f('ck_application_seats')),
    sa.ForeignKeyConstraint(['college_id'], ['org_unit.id'], name=op.f('fk_application_college_id_org_unit'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['intake_id'], ['intake.id'], name=op.f('fk_application_intake_id_intake'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['lead_id'], ['student.id'], name=op.f('fk_application_lead_id_student'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_application'))
    )
    with op.batch_alter_table('application', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_application_college_id'), ['college_id'], unique=False)
        batch_op.create_index('ix_application_intake', ['intake_id', 'status'], unique=False)
        batch_op.create_index('ix_application_waiting', ['points', 'approved_at', 'id'], unique=False, sqlite_where=sa.text("status = 'approved'"), postgresql_where=sa.text("status = 'approved'"))
        batch_op.create_index('uq_application_lead_open', ['lead_id'], unique=True, sqlite_where=sa.text("status IN ('draft', 'submitted', 'approved', 'housed')"), postgresql_where=sa.text("status IN ('draft', 'submitted', 'approved', 'housed')"))

    op.create_table('criterion',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('intake_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('place', sa.SmallInteger(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('help', sa.String(length=200), nullable=False),
    sa.Column('weight', sa.SmallInteger(), nullable=False),
    sa.CheckConstraint('weight BETWEEN 1 AND 100', name=op.f('ck_criterion_weight')),
    sa.ForeignKeyConstraint(['intake_id'], ['intake.id'], name=op.f('fk_criterion_intake_id_intake'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_criterion'))
    )
    with op.batch_alter_table('criterion', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_criterion_intake_id'), ['intake_id'], unique=False)

    op.create_table('referee',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('intake_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['intake_id'], ['intake.id'], name=op.f('fk_referee_intake_id_intake'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_referee_user_id_user_account'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_referee')),
    sa.UniqueConstraint('intake_id', 'user_id', name=op.f('uq_referee_intake_id_user_id'))
    )
    with op.batch_alter_table('referee', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_referee_user_id'), ['user_id'], unique=False)

    op.create_table('application_field',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('application_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=30), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_application_field_application_id_application'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_application_field_by_id_user_account'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_application_field')),
    sa.UniqueConstraint('application_id', 'name', name=op.f('uq_application_field_application_id_name'))
    )
    op.create_table('application_message',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('application_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_application_message_application_id_application'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_application_message_by_id_user_account'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_application_message'))
    )
    with op.batch_alter_table('application_message', schema=None) as batch_op:
        batch_op.create_index('ix_application_message_thread', ['application_id', 'id'], unique=False)

    op.create_table('application_paper',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('application_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Enum('plan', 'finance', 'other', name='kind', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('document_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('replaced_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_application_paper_application_id_application'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], name=op.f('fk_application_paper_document_id_document'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_application_paper'))
    )
    with op.batch_alter_table('application_paper', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_application_paper_application_id'), ['application_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_application_paper_document_id'), ['document_id'], unique=False)

    op.create_table('endorsement',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('application_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Enum('mentor', 'college', name='kind', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('supports', sa.Boolean(), nullable=True),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(written_at IS NULL) = (text = '')", name=op.f('ck_endorsement_written')),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_endorsement_application_id_application'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_endorsement_user_id_user_account'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_endorsement')),
    sa.UniqueConstraint('application_id', 'user_id', 'kind', name=op.f('uq_endorsement_application_id_user_id_kind'))
    )
    with op.batch_alter_table('endorsement', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_endorsement_user_id'), ['user_id'], unique=False)

    op.create_table('incubator_decision',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('application_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('outcome', sa.Enum('approved', 'rejected', name='outcome', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('points', sa.Integer(), nullable=True),
    sa.Column('criterion_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('appeal', sa.Text(), nullable=False),
    sa.Column('appealed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('appealed_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('appeal_answer', sa.Text(), nullable=False),
    sa.Column('appeal_answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('appeal_outcome', sa.Enum('approved', 'rejected', name='appeal_outcome', native_enum=False, create_constraint=True, length=20), nullable=True),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_incubator_decision_reason')),
    sa.ForeignKeyConstraint(['appealed_by'], ['user_account.id'], name=op.f('fk_incubator_decision_appealed_by_user_account'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_incubator_decision_application_id_application'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_incubator_decision_by_id_user_account'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['criterion_id'], ['criterion.id'], name=op.f('fk_incubator_decision_criterion_id_criterion'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incubator_decision')),
    sa.UniqueConstraint('application_id', name=op.f('uq_incubator_decision_application_id'))
    )
    op.create_table('score_sheet',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('application_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('remark', sa.Text(), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('handed_in_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_score_sheet_application_id_application'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_score_sheet_user_id_user_account'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_score_sheet')),
    sa.UniqueConstraint('application_id', 'user_id', name=op.f('uq_score_sheet_application_id_user_id'))
    )
    with op.batch_alter_table('score_sheet', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_score_sheet_user_id'), ['user_id'], unique=False)

    op.create_table('team_member',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('application_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('student_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('part', sa.String(length=60), nullable=False),
    sa.Column('answer', sa.Enum('asked', 'confirmed', 'declined', name='answer', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("student_id IS NOT NULL OR name <> ''", name=op.f('ck_team_member_someone')),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_team_member_application_id_application'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['student_id'], ['student.id'], name=op.f('fk_team_member_student_id_student'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_team_member'))
    )
    with op.batch_alter_table('team_member', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_team_member_student_id'), ['student_id'], unique=False)
        batch_op.create_index('uq_team_member_student', ['application_id', 'student_id'], unique=True, sqlite_where=sa.text('student_id IS NOT NULL'), postgresql_where=sa.text('student_id IS NOT NULL'))

    op.create_table('workspace',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('floor_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('kind', sa.Enum('desk', 'studio', 'workshop', name='kind', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('seats', sa.SmallInteger(), nullable=False),
    sa.Column('area', sa.Integer(), nullable=False),
    sa.Column('power', sa.Enum('220', '380', name='power', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('water', sa.Boolean(), nullable=False),
    sa.Column('noise', sa.Enum('quiet', 'normal', 'loud', name='noise', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('accessible', sa.Boolean(), nullable=False),
    sa.Column('hours', sa.String(length=40), nullable=False),
    sa.Column('equipment', sa.String(length=200), nullable=False),
    sa.Column('fee', sa.Integer(), nullable=False),
    sa.Column('hardship_fee', sa.Integer(), nullable=False),
    sa.Column('interns', sa.SmallInteger(), nullable=False),
    sa.Column('x', sa.Integer(), nullable=False),
    sa.Column('y', sa.Integer(), nullable=False),
    sa.Column('w', sa.Integer(), nullable=False),
    sa.Column('h', sa.Integer(), nullable=False),
    sa.Column('photo_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('retired_on', sa.Date(), nullable=True),
    sa.Column('version', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.CheckConstraint('fee >= 0 AND hardship_fee BETWEEN 0 AND fee', name=op.f('ck_workspace_fee')),
    sa.CheckConstraint('seats BETWEEN 1 AND 200', name=op.f('ck_workspace_seats')),
    sa.CheckConstraint('w > 0 AND h > 0 AND x >= 0 AND y >= 0', name=op.f('ck_workspace_rectangle')),
    sa.ForeignKeyConstraint(['floor_id'], ['floor.id'], name=op.f('fk_workspace_floor_id_floor'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['photo_id'], ['document.id'], name=op.f('fk_workspace_photo_id_document'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_workspace')),
    sa.UniqueConstraint('floor_id', 'code', name=op.f('uq_workspace_floor_id_code'))
    )
    op.create_table('block',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('workspace_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('begins_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.String(length=120), nullable=False),
    sa.CheckConstraint('ends_on >= begins_on', name=op.f('ck_block_term')),
    sa.ForeignKeyConstraint(['workspace_id'], ['workspace.id'], name=op.f('fk_block_workspace_id_workspace'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_block'))
    )
    with op.batch_alter_table('block', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_block_workspace_id'), ['workspace_id'], unique=False)

    op.create_table('score',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('sheet_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('criterion_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('points', sa.SmallInteger(), nullable=False),
    sa.CheckConstraint('points BETWEEN 0 AND 10', name=op.f('ck_score_points')),
    sa.ForeignKeyConstraint(['criterion_id'], ['criterion.id'], name=op.f('fk_score_criterion_id_criterion'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['sheet_id'], ['score_sheet.id'], name=op.f('fk_score_sheet_id_score_sheet'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_score')),
    sa.UniqueConstraint('sheet_id', 'criterion_id', name=op.f('uq_score_sheet_id_criterion_id'))
    )
    op.create_table('tenancy',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('application_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('workspace_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('begins_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('status', sa.Enum('offered', 'accepted', 'active', 'ended', 'refused', 'lapsed', 'cancelled', name='status', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('offered_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('offered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answer_by', sa.Date(), nullable=True),
    sa.Column('fee', sa.Integer(), nullable=False),
    sa.Column('waived', sa.Integer(), nullable=False),
    sa.Column('waived_why', sa.String(length=120), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('signed_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('left_on', sa.Date(), nullable=True),
    sa.Column('left_why', sa.String(length=200), nullable=False),
    sa.Column('version', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('last_move', sa.String(length=30), nullable=True),
    sa.Column('last_moved_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('last_moved_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("status <> 'offered' OR answer_by IS NOT NULL", name=op.f('ck_tenancy_offer')),
    sa.CheckConstraint('ends_on >= begins_on', name=op.f('ck_tenancy_term')),
    sa.CheckConstraint('fee >= 0 AND waived BETWEEN 0 AND fee', name=op.f('ck_tenancy_fee')),
    sa.ForeignKeyConstraint(['application_id'], ['application.id'], name=op.f('fk_tenancy_application_id_application'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['offered_by'], ['user_account.id'], name=op.f('fk_tenancy_offered_by_user_account'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['signed_id'], ['document.id'], name=op.f('fk_tenancy_signed_id_document'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['workspace_id'], ['workspace.id'], name=op.f('fk_tenancy_workspace_id_workspace'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tenancy'))
    )
    with op.batch_alter_table('tenancy', schema=None) as batch_op:
        batch_op.create_index('ix_tenancy_answer', ['answer_by'], unique=False, sqlite_where=sa.text("status = 'offered'"), postgresql_where=sa.text("status = 'offered'"))
        batch_op.create_index('ix_tenancy_application', ['application_id', 'status'], unique=False)
        batch_op.create_index('ix_tenancy_workspace', ['workspace_id', 'begins_on'], unique=False)
        batch_op.create_index('uq_tenancy_living', ['application_id'], unique=True, sqlite_where=sa.text("status IN ('offered', 'accepted', 'active')"), postgresql_where=sa.text("status IN ('offered', 'accepted', 'active')"))

    op.create_table('exit_record',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('tenancy_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('list_done', sa.JSON(), nullable=False),
    sa.Column('registered', sa.Boolean(), nullable=False),
    sa.Column('people', sa.SmallInteger(), nullable=False),
    sa.Column('became', sa.Text(), nullable=False),
    sa.Column('alive_6', sa.Boolean(), nullable=True),
    sa.Column('alive_12', sa.Boolean(), nullable=True),
    sa.Column('alive_24', sa.Boolean(), nullable=True),
    sa.ForeignKeyConstraint(['tenancy_id'], ['tenancy.id'], name=op.f('fk_exit_record_tenancy_id_tenancy'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exit_record')),
    sa.UniqueConstraint('tenancy_id', name=op.f('uq_exit_record_tenancy_id'))
    )
    op.create_table('fee_line',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('tenancy_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('waived', sa.Integer(), nullable=False),
    sa.Column('why', sa.String(length=120), nullable=False),
    sa.Column('paid_on', sa.Date(), nullable=True),
    sa.CheckConstraint('amount >= 0 AND waived BETWEEN 0 AND amount', name=op.f('ck_fee_line_amount')),
    sa.ForeignKeyConstraint(['tenancy_id'], ['tenancy.id'], name=op.f('fk_fee_line_tenancy_id_tenancy'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fee_line')),
    sa.UniqueConstraint('tenancy_id', 'month', name=op.f('uq_fee_line_tenancy_id_month'))
    )
    op.create_table('hand_out',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('tenancy_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('what', sa.String(length=80), nullable=False),
    sa.Column('out_on', sa.Date(), nullable=False),
    sa.Column('out_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('back_on', sa.Date(), nullable=True),
    sa.Column('back_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['back_by'], ['user_account.id'], name=op.f('fk_hand_out_back_by_user_account'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['out_by'], ['user_account.id'], name=op.f('fk_hand_out_out_by_user_account'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['tenancy_id'], ['tenancy.id'], name=op.f('fk_hand_out_tenancy_id_tenancy'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hand_out'))
    )
    with op.batch_alter_table('hand_out', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_hand_out_tenancy_id'), ['tenancy_id'], unique=False)

    op.create_table('incubator_internship',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('tenancy_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('student_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('why', sa.String(length=300), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('accepted', sa.Boolean(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['student_id'], ['student.id'], name=op.f('fk_incubator_internship_student_id_student'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['tenancy_id'], ['tenancy.id'], name=op.f('fk_incubator_internship_tenancy_id_tenancy'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incubator_internship')),
    sa.UniqueConstraint('tenancy_id', 'student_id', name=op.f('uq_incubator_internship_tenancy_id_student_id'))
    )
    with op.batch_alter_table('incubator_internship', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_incubator_internship_student_id'), ['student_id'], unique=False)

    op.create_table('renewal',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('tenancy_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('status', sa.Enum('asked', 'granted', 'refused', name='status', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('asked_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('last_move', sa.String(length=30), nullable=True),
    sa.Column('last_moved_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('last_moved_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['asked_by'], ['user_account.id'], name=op.f('fk_renewal_asked_by_user_account'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['tenancy_id'], ['tenancy.id'], name=op.f('fk_renewal_tenancy_id_tenancy'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_renewal'))
    )
    with op.batch_alter_table('renewal', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_renewal_tenancy_id'), ['tenancy_id'], unique=False)
        batch_op.create_index('uq_renewal_open', ['tenancy_id'], unique=True, sqlite_where=sa.text("status = 'asked'"), postgresql_where=sa.text("status = 'asked'"))

    op.create_table('tenancy_check',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('tenancy_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('done_on', sa.Date(), nullable=True),
    sa.Column('by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('attendance', sa.SmallInteger(), nullable=True),
    sa.Column('safety', sa.SmallInteger(), nullable=True),
    sa.Column('activity', sa.SmallInteger(), nullable=True),
    sa.Column('money', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('people', sa.SmallInteger(), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('photo_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.CheckConstraint('activity BETWEEN 0 AND 10', name=op.f('ck_tenancy_check_activity')),
    sa.CheckConstraint('attendance BETWEEN 0 AND 10', name=op.f('ck_tenancy_check_attendance')),
    sa.CheckConstraint('safety BETWEEN 0 AND 10', name=op.f('ck_tenancy_check_safety')),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_tenancy_check_by_id_user_account'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['photo_id'], ['document.id'], name=op.f('fk_tenancy_check_photo_id_document'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['tenancy_id'], ['tenancy.id'], name=op.f('fk_tenancy_check_tenancy_id_tenancy'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tenancy_check')),
    sa.UniqueConstraint('tenancy_id', 'due_on', name=op.f('uq_tenancy_check_tenancy_id_due_on'))
    )

    for statement in LAWS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table('tenancy_check')
    with op.batch_alter_table('renewal', schema=None) as batch_op:
        batch_op.drop_index('uq_renewal_open', sqlite_where=sa.text("status = 'asked'"), postgresql_where=sa.text("status = 'asked'"))
        batch_op.drop_index(batch_op.f('ix_renewal_tenancy_id'))

    op.drop_table('renewal')
    with op.batch_alter_table('incubator_internship', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_incubator_internship_student_id'))

    op.drop_table('incubator_internship')
    with op.batch_alter_table('hand_out', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_hand_out_tenancy_id'))

    op.drop_table('hand_out')
    op.drop_table('fee_line')
    op.drop_table('exit_record')
    with op.batch_alter_table('tenancy', schema=None) as batch_op:
        batch_op.drop_index('uq_tenancy_living', sqlite_where=sa.text("status IN ('offered', 'accepted', 'active')"), postgresql_where=sa.text("status IN ('offered', 'accepted', 'active')"))
        batch_op.drop_index('ix_tenancy_workspace')
        batch_op.drop_index('ix_tenancy_application')
        batch_op.drop_index('ix_tenancy_answer', sqlite_where=sa.text("status = 'offered'"), postgresql_where=sa.text("status = 'offered'"))

    op.drop_table('tenancy')
    op.drop_table('score')
    with op.batch_alter_table('block', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_block_workspace_id'))

    op.drop_table('block')
    op.drop_table('workspace')
    with op.batch_alter_table('team_member', schema=None) as batch_op:
        batch_op.drop_index('uq_team_member_student', sqlite_where=sa.text('student_id IS NOT NULL'), postgresql_where=sa.text('student_id IS NOT NULL'))
        batch_op.drop_index(batch_op.f('ix_team_member_student_id'))

    op.drop_table('team_member')
    with op.batch_alter_table('score_sheet', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_score_sheet_user_id'))

    op.drop_table('score_sheet')
    op.drop_table('incubator_decision')
    with op.batch_alter_table('endorsement', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_endorsement_user_id'))

    op.drop_table('endorsement')
    with op.batch_alter_table('application_paper', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_application_paper_document_id'))
        batch_op.drop_index(batch_op.f('ix_application_paper_application_id'))

    op.drop_table('application_paper')
    with op.batch_alter_table('application_message', schema=None) as batch_op:
        batch_op.drop_index('ix_application_message_thread')

    op.drop_table('application_message')
    op.drop_table('application_field')
    with op.batch_alter_table('referee', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_referee_user_id'))

    op.drop_table('referee')
    with op.batch_alter_table('criterion', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_criterion_intake_id'))

    op.drop_table('criterion')
    with op.batch_alter_table('application', schema=None) as batch_op:
        batch_op.drop_index('uq_application_lead_open', sqlite_where=sa.text("status IN ('draft', 'submitted', 'approved', 'housed')"), postgresql_where=sa.text("status IN ('draft', 'submitted', 'approved', 'housed')"))
        batch_op.drop_index('ix_application_waiting', sqlite_where=sa.text("status = 'approved'"), postgresql_where=sa.text("status = 'approved'"))
        batch_op.drop_index('ix_application_intake')
        batch_op.drop_index(batch_op.f('ix_application_college_id'))

    op.drop_table('application')
    op.drop_table('intake')
    with op.batch_alter_table('floor', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_floor_building_id'))

    op.drop_table('floor')
    op.drop_table('building')
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION incubator_room_guard")
