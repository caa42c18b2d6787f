"""A room from day to day: the wording that was agreed on, the days of a yes and a signature, a move planned ahead,
wishes, several photos, a deadline put off. No team is in two rooms on one day.
"""

import json
from datetime import UTC, timedelta, timezone

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

BEFORE = ("offered", "accepted", "active")
AFTER = (*BEFORE, "planned")
PAST = ("ended", "refused", "lapsed", "cancelled")
AUDIT = sa.table(
    "audit_entry", sa.column("subject_type"), sa.column("subject_id"), sa.column("at", sa.DateTime), sa.column("changes")
)
CHINA = timezone(timedelta(hours=8))
TENANCY = sa.table("tenancy", sa.column("id"), sa.column("accepted_on", sa.Date), sa.column("signed_on", sa.Date))


def _in(states: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"'{state}'" for state in states) + ")"


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _triggers(coming: tuple[str, ...], team: bool) -> dict[str, str]:
    holding = _in((*coming, "ended"))

    def made(name: str, moment: str, guard: str, clash: str, law: str = "ex_tenancy_room") -> tuple[str, str]:
        return name, (
            f"CREATE TRIGGER {name} BEFORE {moment} ON {name.split('_')[0]} WHEN {guard} AND EXISTS ({clash}) "
            f"BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: {law}'); END"
        )

    def shared(column: str) -> str:
        return (
            f"SELECT 1 FROM tenancy t WHERE t.{column} = NEW.{column} AND t.id <> NEW.id "
            f"AND t.status IN {holding} AND t.begins_on <= NEW.ends_on AND t.ends_on >= NEW.begins_on"
        )

    blocked = (
        "SELECT 1 FROM block b WHERE b.workspace_id = NEW.workspace_id "
        "AND b.begins_on <= NEW.ends_on AND b.ends_on >= NEW.begins_on"
    )
    let = (
        "SELECT 1 FROM tenancy t WHERE t.workspace_id = NEW.workspace_id "
        f"AND t.status IN {_in(coming)} AND t.begins_on <= NEW.ends_on AND t.ends_on >= NEW.begins_on"
    )
    holds, comes = f"NEW.status IN {holding}", f"NEW.status IN {_in(coming)}"
    changed = "UPDATE OF {}, begins_on, ends_on, status"
    found = [
        made("tenancy_room_insert", "INSERT", holds, shared("workspace_id")),
        made("tenancy_room_update", changed.format("workspace_id"), holds, shared("workspace_id")),
        made("tenancy_block_insert", "INSERT", comes, blocked),
        made("tenancy_block_update", changed.format("workspace_id"), comes, blocked),
        made("block_tenancy_insert", "INSERT", "1", let),
        made("block_tenancy_update", "UPDATE OF workspace_id, begins_on, ends_on", "1", let),
    ]
    if team:
        found += [
            made("tenancy_team_insert", "INSERT", holds, shared("application_id"), "ex_tenancy_team"),
            made("tenancy_team_update", changed.format("application_id"), holds, shared("application_id"), "ex_tenancy_team"),
        ]
    return dict(found)


def _guard(coming: tuple[str, ...]) -> str:
    return f"""
CREATE OR REPLACE FUNCTION incubator_room_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM workspace WHERE id = NEW.workspace_id FOR UPDATE;
  IF TG_TABLE_NAME = 'tenancy' THEN
    IF NEW.status IN {_in(coming)} AND EXISTS (
      SELECT 1 FROM block b WHERE b.workspace_id = NEW.workspace_id
      AND b.begins_on <= NEW.ends_on AND b.ends_on >= NEW.begins_on
    ) THEN RAISE EXCEPTION 'ex_tenancy_room' USING ERRCODE = 'exclusion_violation'; END IF;
  ELSE
    IF EXISTS (
      SELECT 1 FROM tenancy t WHERE t.workspace_id = NEW.workspace_id AND t.status IN {_in(coming)}
      AND t.begins_on <= NEW.ends_on AND t.ends_on >= NEW.begins_on
    ) THEN RAISE EXCEPTION 'ex_tenancy_room' USING ERRCODE = 'exclusion_violation'; END IF;
  END IF;
  RETURN NEW;
END $$
"""


def _repeal(coming: tuple[str, ...], team: bool) -> None:
    if _on_sqlite():
        for name in _triggers(coming, team):
            op.execute(f"DROP TRIGGER {name}")
        return
    for law in ("room", "team") if team else ("room",):
        op.execute(f"ALTER TABLE tenancy DROP CONSTRAINT ex_tenancy_{law}")


def _enact(coming: tuple[str, ...], team: bool) -> None:
    if _on_sqlite():
        for statement in _triggers(coming, team).values():
            op.execute(statement)
        return
    for law, column in (("room", "workspace_id"), ("team", "application_id"))[: 2 if team else 1]:
        op.execute(
            f"ALTER TABLE tenancy ADD CONSTRAINT ex_tenancy_{law} EXCLUDE USING gist "
            f"({column} WITH =, daterange(begins_on, ends_on, '[]') WITH &&) WHERE (status IN {_in((*coming, 'ended'))})"
        )
    op.execute(_guard(coming))


def _states(coming: tuple[str, ...]) -> None:
    with op.batch_alter_table('tenancy', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_tenancy_status'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_tenancy_status'), f"status IN {_in((*coming, *PAST))}")


def _days_of_moves() -> None:
    """When a team said yes and when it was signed, out of what was written down at the time."""
    on = op.get_bind()
    query = sa.select(AUDIT.c.subject_id, AUDIT.c.at, AUDIT.c.changes).where(
        AUDIT.c.subject_type == "tenancy", AUDIT.c.changes.like('%"status"%')
    )
    columns = {"accepted": "accepted_on", "active": "signed_on"}
    for id, at, changes in on.execute(query.order_by(AUDIT.c.at)).all():
        column = columns.get(json.loads(changes)["status"][1])
        if column is not None:
            day = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(CHINA).date()
            on.execute(sa.update(TENANCY).where(TENANCY.c.id == id).values({column: day}))


def upgrade() -> None:
    _repeal(BEFORE, team=False)
    op.create_table('agreement_terms',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('english', sa.Text(), nullable=False),
    sa.Column('made_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['made_by'], ['user_account.id'], name=op.f('fk_agreement_terms_made_by_user_account'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agreement_terms'))
    )
    op.create_table('tenancy_wish',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('tenancy_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Enum('members', 'room', name='kind', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('text', sa.String(length=200), nullable=False),
    sa.Column('status', sa.Enum('asked', 'granted', 'refused', name='status', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('asked_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('last_move', sa.String(length=30), nullable=True),
    sa.Column('last_moved_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('last_moved_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['asked_by'], ['user_account.id'], name=op.f('fk_tenancy_wish_asked_by_user_account'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['tenancy_id'], ['tenancy.id'], name=op.f('fk_tenancy_wish_tenancy_id_tenancy'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tenancy_wish'))
    )
    with op.batch_alter_table('tenancy_wish', schema=None) as batch_op:
        batch_op.create_index('ix_tenancy_wish_tenancy', ['tenancy_id'], unique=False)
        batch_op.create_index('uq_tenancy_wish_open', ['tenancy_id', 'kind'], unique=True, sqlite_where=sa.text("status = 'asked'"), postgresql_where=sa.text("status = 'asked'"))

    op.create_table('incubator_photo',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('workspace_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('check_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('document_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('caption', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(workspace_id IS NULL) <> (check_id IS NULL)', name=op.f('ck_incubator_photo_of')),
    sa.ForeignKeyConstraint(['check_id'], ['tenancy_check.id'], name=op.f('fk_incubator_photo_check_id_tenancy_check'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], name=op.f('fk_incubator_photo_document_id_document'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['workspace_id'], ['workspace.id'], name=op.f('fk_incubator_photo_workspace_id_workspace'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incubator_photo'))
    )
    with op.batch_alter_table('incubator_photo', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_incubator_photo_check_id'), ['check_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_incubator_photo_workspace_id'), ['workspace_id'], unique=False)

    with op.batch_alter_table('endorsement', schema=None) as batch_op:
        batch_op.add_column(sa.Column('taken_back_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('intake', schema=None) as batch_op:
        batch_op.add_column(sa.Column('first_closes_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('extended_why', sa.String(length=200), server_default='', nullable=False))
    with op.batch_alter_table('intake', schema=None) as batch_op:
        batch_op.alter_column('extended_why', server_default=None)

    with op.batch_alter_table('tenancy', schema=None) as batch_op:
        batch_op.add_column(sa.Column('accepted_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('signed_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('terms_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.create_index('uq_tenancy_planned', ['application_id'], unique=True, sqlite_where=sa.text("status = 'planned'"), postgresql_where=sa.text("status = 'planned'"))
        batch_op.create_foreign_key(batch_op.f('fk_tenancy_terms_id_agreement_terms'), 'agreement_terms', ['terms_id'], ['id'], ondelete='RESTRICT')

    _states(AFTER)
    _days_of_moves()

    for column, table in (("check_id", "tenancy_check"), ("workspace_id", "workspace")):
        op.execute(
            f"INSERT INTO incubator_photo (id, {column}, document_id, caption, at) "
            f"SELECT document.id, {table}.id, document.id, '', document.created_at "
            f"FROM {table} JOIN document ON document.id = {table}.photo_id"
        )
    with op.batch_alter_table('tenancy_check', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_tenancy_check_photo_id_document'), type_='foreignkey')
        batch_op.drop_column('photo_id')

    with op.batch_alter_table('workspace', schema=None) as batch_op:
        batch_op.add_column(sa.Column('lent_from', sa.Date(), nullable=True))
        batch_op.drop_constraint(batch_op.f('fk_workspace_photo_id_document'), type_='foreignkey')
        batch_op.drop_column('photo_id')
    _enact(AFTER, team=True)


def downgrade() -> None:
    _repeal(AFTER, team=True)
    op.execute("UPDATE tenancy SET status = 'cancelled' WHERE status = 'planned'")
    _states(BEFORE)
    with op.batch_alter_table('workspace', schema=None) as batch_op:
        batch_op.add_column(sa.Column('photo_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_workspace_photo_id_document'), 'document', ['photo_id'], ['id'], ondelete='RESTRICT')
        batch_op.drop_column('lent_from')

    with op.batch_alter_table('tenancy_check', schema=None) as batch_op:
        batch_op.add_column(sa.Column('photo_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_tenancy_check_photo_id_document'), 'document', ['photo_id'], ['id'], ondelete='RESTRICT')

    for column, table in (("check_id", "tenancy_check"), ("workspace_id", "workspace")):
        op.execute(
            f"UPDATE {table} SET photo_id = (SELECT max(document_id) FROM incubator_photo WHERE {column} = {table}.id)"
        )

    with op.batch_alter_table('tenancy', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_tenancy_terms_id_agreement_terms'), type_='foreignkey')
        batch_op.drop_index('uq_tenancy_planned', sqlite_where=sa.text("status = 'planned'"), postgresql_where=sa.text("status = 'planned'"))
        batch_op.drop_column('terms_id')
        batch_op.drop_column('signed_on')
        batch_op.drop_column('accepted_on')

    with op.batch_alter_table('endorsement', schema=None) as batch_op:
        batch_op.drop_column('taken_back_at')

    with op.batch_alter_table('intake', schema=None) as batch_op:
        batch_op.drop_column('extended_why')
        batch_op.drop_column('first_closes_on')

    with op.batch_alter_table('incubator_photo', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_incubator_photo_workspace_id'))
        batch_op.drop_index(batch_op.f('ix_incubator_photo_check_id'))

    op.drop_table('incubator_photo')
    with op.batch_alter_table('tenancy_wish', schema=None) as batch_op:
        batch_op.drop_index('uq_tenancy_wish_open', sqlite_where=sa.text("status = 'asked'"), postgresql_where=sa.text("status = 'asked'"))
        batch_op.drop_index('ix_tenancy_wish_tenancy')

    op.drop_table('tenancy_wish')
    op.drop_table('agreement_terms')
    _enact(BEFORE, team=False)
