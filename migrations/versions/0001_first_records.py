"""Makes the tables of every stage of the way, from the registry of units to the outbox."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_seal",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_seal")),
        sa.UniqueConstraint("event_id", name=op.f("uq_audit_seal_event_id")),
    )
    op.create_table(
        "jurisdiction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "province",
                "city",
                "county",
                "township",
                name="level",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("office_name", sa.String(), nullable=False),
        sa.Column("supervision_basis", sa.String(), nullable=True),
        sa.Column("is_one_person", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["jurisdiction.id"], name=op.f("fk_jurisdiction_parent_id_jurisdiction")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jurisdiction")),
    )
    with op.batch_alter_table("jurisdiction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jurisdiction_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "schedule_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("schedule", sa.String(length=80), nullable=False),
        sa.Column("occurrence_on", sa.Date(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule_run")),
        sa.UniqueConstraint("schedule", "occurrence_on", name=op.f("uq_schedule_run_schedule_occurrence_on")),
    )
    op.create_table(
        "stored_file",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.String(length=80), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_stored_file")),
    )
    op.create_table(
        "workday",
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("is_workday", sa.Boolean(), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("on_date", name=op.f("pk_workday")),
    )
    op.create_table(
        "workday_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_workday_year")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "department",
                "party",
                "county",
                "township",
                "zone",
                "company",
                "vertical",
                "institution",
                "higher",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("contact_name", sa.String(), nullable=False),
        sa.Column("contact_phone", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_unit_jurisdiction_id_jurisdiction")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("jurisdiction_id", "name", name=op.f("uq_unit_jurisdiction_id_name")),
    )
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_jurisdiction_id"), ["jurisdiction_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_unit_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "unit_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_unit_group_jurisdiction_id_jurisdiction")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_group")),
        sa.UniqueConstraint("jurisdiction_id", "name", name=op.f("uq_unit_group_jurisdiction_id_name")),
    )
    with op.batch_alter_table("unit_group", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_group_jurisdiction_id"), ["jurisdiction_id"], unique=False)

    op.create_table(
        "unit_alias",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("printed", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(unit_id IS NULL) <> (group_id IS NULL)", name=op.f("ck_unit_alias_one_meaning")),
        sa.ForeignKeyConstraint(["group_id"], ["unit_group.id"], name=op.f("fk_unit_alias_group_id_unit_group")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_unit_alias_jurisdiction_id_jurisdiction")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_alias_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_alias")),
        sa.UniqueConstraint("jurisdiction_id", "printed", name=op.f("uq_unit_alias_jurisdiction_id_printed")),
    )
    with op.batch_alter_table("unit_alias", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_alias_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_unit_alias_jurisdiction_id"), ["jurisdiction_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_unit_alias_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "unit_group_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint("until_on IS NULL OR until_on > since_on", name=op.f("ck_unit_group_member_dates")),
        sa.ForeignKeyConstraint(["group_id"], ["unit_group.id"], name=op.f("fk_unit_group_member_group_id_unit_group")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_group_member_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_group_member")),
    )
    with op.batch_alter_table("unit_group_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_group_member_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_unit_group_member_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "unit_name",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_name_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_name")),
    )
    with op.batch_alter_table("unit_name", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_name_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("login_name", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_user_jurisdiction_id_jurisdiction")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_user_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("login_name", name=op.f("uq_user_login_name")),
    )
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_jurisdiction_id"), ["jurisdiction_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_user_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=80), nullable=False),
        sa.Column("address", sa.String(length=80), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("subject_type", sa.String(length=80), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("summary", sa.String(length=200), nullable=False),
        sa.Column(
            "detail",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_audit_event_actor_id_user")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_audit_event_jurisdiction_id_jurisdiction")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_event_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index("ix_audit_event_jurisdiction_at", ["jurisdiction_id", "at"], unique=False)
        batch_op.create_index("ix_audit_event_subject", ["subject_type", "subject_id", "at"], unique=False)

    op.create_table(
        "leader_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("leader_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["leader_id"], ["user.id"], name=op.f("fk_leader_link_leader_id_user")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_leader_link_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leader_link")),
    )
    with op.batch_alter_table("leader_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_leader_link_leader_id"), ["leader_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_leader_link_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "notification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("inbox", "smtp", name="channel", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "digest",
                "submitted",
                "issued",
                "rejected",
                "sent_back",
                "closing",
                "closed",
                "filed",
                "urged",
                "acknowledged",
                "finished",
                "archived",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("topic", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=200), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "claimed",
                "sent",
                "failed",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_notification_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.UniqueConstraint(
            "user_id",
            "channel",
            "day_on",
            "kind",
            "topic",
            name=op.f("uq_notification_user_id_channel_day_on_kind_topic"),
        ),
    )
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.create_index("ix_notification_status_due_at", ["status", "due_at"], unique=False)
        batch_op.create_index("ix_notification_user_channel_read_at", ["user_id", "channel", "read_at"], unique=False)

    op.create_table(
        "role_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "officer",
                "office_head",
                "liaison",
                "unit_head",
                "leader",
                "sys_admin",
                "security_admin",
                "audit_admin",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("delegated_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("until_on IS NULL OR until_on >= since_on", name=op.f("ck_role_grant_dates")),
        sa.ForeignKeyConstraint(["delegated_by_id"], ["user.id"], name=op.f("fk_role_grant_delegated_by_id_user")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_role_grant_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_grant_delegated_by_id"), ["delegated_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_role_grant_user_id"), ["user_id"], unique=False)

    op.create_table(
        "source_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_source_document_jurisdiction_id_jurisdiction")
        ),
        sa.ForeignKeyConstraint(["sha256"], ["stored_file.sha256"], name=op.f("fk_source_document_sha256_stored_file")),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["user.id"], name=op.f("fk_source_document_uploaded_by_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_document")),
        sa.UniqueConstraint("jurisdiction_id", "sha256", name=op.f("uq_source_document_jurisdiction_id_sha256")),
    )
    with op.batch_alter_table("source_document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_source_document_jurisdiction_id"), ["jurisdiction_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_source_document_sha256"), ["sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_source_document_uploaded_by_id"), ["uploaded_by_id"], unique=False)

    op.create_table(
        "import_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("source_document_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "reviewing",
                "accepted",
                "discarded",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("doc_no", sa.String(length=80), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("is_solicitation", sa.Boolean(), nullable=False),
        sa.Column("period_start", sa.Integer(), nullable=True),
        sa.Column("period_end", sa.Integer(), nullable=True),
        sa.Column(
            "lead_mode",
            sa.Enum("first", "each", name="lead_mode", native_enum=False, create_constraint=True, length=24),
            nullable=True,
        ),
        sa.Column(
            "due_mode",
            sa.Enum(
                "plan_end", "standing", "by_hand", name="due_mode", native_enum=False, create_constraint=True, length=24
            ),
            nullable=True,
        ),
        sa.Column("default_due_on", sa.Date(), nullable=True),
        sa.Column(
            "reading",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by_id", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_import_draft_created_by_id_user")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_import_draft_jurisdiction_id_jurisdiction")
        ),
        sa.ForeignKeyConstraint(
            ["source_document_id"],
            ["source_document.id"],
            name=op.f("fk_import_draft_source_document_id_source_document"),
        ),
        sa.ForeignKeyConstraint(["updated_by_id"], ["user.id"], name=op.f("fk_import_draft_updated_by_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_draft")),
    )
    with op.batch_alter_table("import_draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_draft_created_by_id"), ["created_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_import_draft_jurisdiction_id"), ["jurisdiction_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_import_draft_source_document_id"), ["source_document_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_import_draft_updated_by_id"), ["updated_by_id"], unique=False)

    op.create_table(
        "draft_finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("level", sa.String(length=80), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("is_settled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["import_draft.id"], name=op.f("fk_draft_finding_draft_id_import_draft")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_finding")),
    )
    with op.batch_alter_table("draft_finding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draft_finding_draft_id"), ["draft_id"], unique=False)

    op.create_table(
        "draft_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column(
            "path",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("part", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum("task", "measure", name="kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("is_included", sa.Boolean(), nullable=False),
        sa.Column("dropped_reason", sa.String(length=200), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "duties",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("leader", sa.String(length=200), nullable=False),
        sa.Column("deadline_printed", sa.String(length=200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column(
            "due_basis",
            sa.Enum(
                "printed", "plan_end", "by_hand", name="due_basis", native_enum=False, create_constraint=True, length=24
            ),
            nullable=True,
        ),
        sa.Column("is_standing", sa.Boolean(), nullable=False),
        sa.Column(
            "lead_mode",
            sa.Enum("first", "each", name="lead_mode", native_enum=False, create_constraint=True, length=24),
            nullable=True,
        ),
        sa.Column(
            "targets",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column(
            "milestones",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["import_draft.id"], name=op.f("fk_draft_item_draft_id_import_draft")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_item")),
    )
    with op.batch_alter_table("draft_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draft_item_draft_id"), ["draft_id"], unique=False)

    op.create_table(
        "draft_name",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "pending",
                "unit",
                "group",
                "new",
                "new_group",
                "ignored",
                name="decision",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column(
            "new_kind",
            sa.Enum(
                "department",
                "party",
                "county",
                "township",
                "zone",
                "company",
                "vertical",
                "institution",
                "higher",
                name="new_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("new_name", sa.String(length=200), nullable=False),
        sa.Column(
            "members",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["import_draft.id"], name=op.f("fk_draft_name_draft_id_import_draft")),
        sa.ForeignKeyConstraint(["group_id"], ["unit_group.id"], name=op.f("fk_draft_name_group_id_unit_group")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_draft_name_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_name")),
        sa.UniqueConstraint("draft_id", "name", name=op.f("uq_draft_name_draft_id_name")),
    )
    with op.batch_alter_table("draft_name", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draft_name_draft_id"), ["draft_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_draft_name_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_draft_name_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("source_document_id", sa.Integer(), nullable=True),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("doc_no", sa.String(length=80), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("is_solicitation", sa.Boolean(), nullable=False),
        sa.Column("period_start", sa.Integer(), nullable=True),
        sa.Column("period_end", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "preparing", "issued", "closed", name="status", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column(
            "lead_mode",
            sa.Enum("first", "each", name="lead_mode", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column(
            "filing_mode",
            sa.Enum(
                "lead",
                "lead_and_responsible",
                "each",
                name="filing_mode",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("near_workdays", sa.Integer(), nullable=False),
        sa.Column("tolerance_points", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_plan_created_by_id_user")),
        sa.ForeignKeyConstraint(["draft_id"], ["import_draft.id"], name=op.f("fk_plan_draft_id_import_draft")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_plan_jurisdiction_id_jurisdiction")
        ),
        sa.ForeignKeyConstraint(
            ["source_document_id"], ["source_document.id"], name=op.f("fk_plan_source_document_id_source_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
    )
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_created_by_id"), ["created_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_draft_id"), ["draft_id"], unique=False)
        batch_op.create_index("ix_plan_jurisdiction_status", ["jurisdiction_id", "status"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_source_document_id"), ["source_document_id"], unique=False)

    op.create_table(
        "indicator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("printed", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit_of_measure", sa.String(length=80), nullable=False),
        sa.Column(
            "values",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column(
            "units",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_indicator_plan_id_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator")),
    )
    with op.batch_alter_table("indicator", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_indicator_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "outline_node",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["outline_node.id"], name=op.f("fk_outline_node_parent_id_outline_node")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_outline_node_plan_id_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outline_node")),
    )
    with op.batch_alter_table("outline_node", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outline_node_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outline_node_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("outline_node_id", sa.Integer(), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("part", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum("task", "measure", name="kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("leader", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "pending_approval",
                "in_progress",
                "under_review",
                "closed",
                "archived",
                "suspended",
                "terminated",
                "superseded",
                "standing",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("start", sa.Integer(), nullable=True),
        sa.Column("end", sa.Integer(), nullable=True),
        sa.Column("deadline_printed", sa.String(length=200), nullable=False),
        sa.Column("original_due_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column(
            "due_basis",
            sa.Enum(
                "printed", "plan_end", "by_hand", name="due_basis", native_enum=False, create_constraint=True, length=24
            ),
            nullable=True,
        ),
        sa.Column("is_standing", sa.Boolean(), nullable=False),
        sa.Column(
            "milestones",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("near_on", sa.Date(), nullable=True),
        sa.Column("behind_on", sa.Date(), nullable=True),
        sa.Column("late_on", sa.Date(), nullable=True),
        sa.Column("unknown_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.CheckConstraint("due_on IS NULL OR due_basis IS NOT NULL", name=op.f("ck_task_due_basis_given")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_task_jurisdiction_id_jurisdiction")
        ),
        sa.ForeignKeyConstraint(
            ["outline_node_id"], ["outline_node.id"], name=op.f("fk_task_outline_node_id_outline_node")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["task.id"], name=op.f("fk_task_parent_id_task")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_task_plan_id_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index(
            "ix_task_jurisdiction_behind_on", ["jurisdiction_id", "behind_on", "late_on"], unique=False
        )
        batch_op.create_index("ix_task_jurisdiction_id", ["jurisdiction_id", "id"], unique=False)
        batch_op.create_index("ix_task_jurisdiction_late_on", ["jurisdiction_id", "late_on"], unique=False)
        batch_op.create_index(
            "ix_task_jurisdiction_near_on", ["jurisdiction_id", "near_on", "late_on", "behind_on"], unique=False
        )
        batch_op.create_index("ix_task_jurisdiction_state_due_on", ["jurisdiction_id", "state", "due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_outline_node_id"), ["outline_node_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index("ix_task_plan_position", ["plan_id", "position"], unique=False)

    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "lead", "responsible", "cooperating", name="role", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("is_first_lead", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("printed", sa.String(length=200), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "issued",
                "in_progress",
                "submitted",
                "done",
                "waived",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("contact_name", sa.String(length=80), nullable=False),
        sa.Column("contact_phone", sa.String(length=80), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("acknowledged_on", sa.Date(), nullable=True),
        sa.Column("original_due_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("last_filed_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("near_on", sa.Date(), nullable=True),
        sa.Column("behind_on", sa.Date(), nullable=True),
        sa.Column("late_on", sa.Date(), nullable=True),
        sa.Column("unknown_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.CheckConstraint("is_first_lead = false OR role = 'lead'", name=op.f("ck_assignment_first_lead_leads")),
        sa.CheckConstraint(
            "percent IS NULL OR (percent >= 0 AND percent <= 100)", name=op.f("ck_assignment_percent_range")
        ),
        sa.ForeignKeyConstraint(["group_id"], ["unit_group.id"], name=op.f("fk_assignment_group_id_unit_group")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_assignment_jurisdiction_id_jurisdiction")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_assignment_plan_id_plan")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_assignment_task_id_task")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_assignment_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("task_id", "unit_id", name=op.f("uq_assignment_task_id_unit_id")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_group_id"), ["group_id"], unique=False)
        batch_op.create_index(
            "ix_assignment_jurisdiction_behind_on",
            ["jurisdiction_id", "behind_on", "late_on", "state", "unit_id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_assignment_jurisdiction_late_on", ["jurisdiction_id", "late_on", "state", "unit_id"], unique=False
        )
        batch_op.create_index(
            "ix_assignment_jurisdiction_state_unit", ["jurisdiction_id", "state", "unit_id", "issued_on"], unique=False
        )
        batch_op.create_index("ix_assignment_plan_unit", ["plan_id", "unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_task_id"), ["task_id"], unique=False)
        batch_op.create_index("ix_assignment_unit_state_due_on", ["unit_id", "state", "due_on"], unique=False)

    op.create_table(
        "closing_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                "passed",
                "sent_back",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "reason_code",
            sa.Enum(
                "incomplete",
                "no_evidence",
                "not_done",
                "mismatch",
                "other",
                name="reason_code",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status <> 'sent_back' OR reason_code IS NOT NULL", name=op.f("ck_closing_request_reason_given")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name=op.f("fk_closing_request_asked_by_id_user")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_closing_request_decided_by_id_user")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_closing_request_jurisdiction_id_jurisdiction")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_closing_request_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closing_request")),
    )
    with op.batch_alter_table("closing_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_closing_request_asked_by_id"), ["asked_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_closing_request_decided_by_id"), ["decided_by_id"], unique=False)
        batch_op.create_index("ix_closing_request_jurisdiction_status", ["jurisdiction_id", "status"], unique=False)
        batch_op.create_index(batch_op.f("ix_closing_request_task_id"), ["task_id"], unique=False)

    op.create_table(
        "group_duty",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "lead", "responsible", "cooperating", name="role", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("printed", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["unit_group.id"], name=op.f("fk_group_duty_group_id_unit_group")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_group_duty_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_duty")),
        sa.UniqueConstraint("task_id", "group_id", name=op.f("uq_group_duty_task_id_group_id")),
    )
    with op.batch_alter_table("group_duty", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_group_duty_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_group_duty_task_id"), ["task_id"], unique=False)

    op.create_table(
        "target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("comparator", sa.String(length=80), nullable=False),
        sa.Column("value", sa.Numeric(precision=20, scale=4), nullable=False),
        sa.Column("unit_of_measure", sa.String(length=80), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("printed", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_target_plan_id_plan")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_target_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
    )
    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_target_plan_id"), ["plan_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_target_task_id"), ["task_id"], unique=False)

    op.create_table(
        "assignment_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("recorded_from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "issued",
                "in_progress",
                "submitted",
                "done",
                "waived",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("task_state", sa.String(length=80), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("near_on", sa.Date(), nullable=True),
        sa.Column("behind_on", sa.Date(), nullable=True),
        sa.Column("late_on", sa.Date(), nullable=True),
        sa.Column("unknown_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_assignment_history_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_assignment_history_plan_id_plan")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_assignment_history_task_id_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_history")),
        sa.UniqueConstraint(
            "assignment_id", "recorded_from_at", name=op.f("uq_assignment_history_assignment_id_recorded_from_at")
        ),
    )
    with op.batch_alter_table("assignment_history", schema=None) as batch_op:
        batch_op.create_index(
            "ix_assignment_history_plan_recorded", ["plan_id", "recorded_from_at", "recorded_until_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_assignment_history_task_id"), ["task_id"], unique=False)

    op.create_table(
        "progress_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("jurisdiction_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                "passed",
                "sent_back",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("progress", sa.Text(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("next_step", sa.Text(), nullable=False),
        sa.Column("coordination", sa.Text(), nullable=False),
        sa.Column("is_finishing", sa.Boolean(), nullable=False),
        sa.Column("filed_by_id", sa.Integer(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_by_id", sa.Integer(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "reason_code",
            sa.Enum(
                "incomplete",
                "no_evidence",
                "not_done",
                "mismatch",
                "other",
                name="reason_code",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status <> 'sent_back' OR reason_code IS NOT NULL", name=op.f("ck_progress_report_reason_given")
        ),
        sa.CheckConstraint(
            "percent IS NULL OR (percent >= 0 AND percent <= 100)", name=op.f("ck_progress_report_percent_range")
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_progress_report_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(["filed_by_id"], ["user.id"], name=op.f("fk_progress_report_filed_by_id_user")),
        sa.ForeignKeyConstraint(
            ["jurisdiction_id"], ["jurisdiction.id"], name=op.f("fk_progress_report_jurisdiction_id_jurisdiction")
        ),
        sa.ForeignKeyConstraint(["reviewed_by_id"], ["user.id"], name=op.f("fk_progress_report_reviewed_by_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progress_report")),
    )
    with op.batch_alter_table("progress_report", schema=None) as batch_op:
        batch_op.create_index("ix_progress_report_assignment_filed_at", ["assignment_id", "filed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_progress_report_filed_by_id"), ["filed_by_id"], unique=False)
        batch_op.create_index("ix_progress_report_jurisdiction_status", ["jurisdiction_id", "status"], unique=False)
        batch_op.create_index(batch_op.f("ix_progress_report_reviewed_by_id"), ["reviewed_by_id"], unique=False)

    op.create_table(
        "reminder_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("anchor_on", sa.Date(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("notification_id", sa.Integer(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_reminder_mark_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(
            ["notification_id"], ["notification.id"], name=op.f("fk_reminder_mark_notification_id_notification")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_reminder_mark_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_mark")),
        sa.UniqueConstraint(
            "assignment_id",
            "kind",
            "anchor_on",
            "rung",
            "user_id",
            name=op.f("uq_reminder_mark_assignment_id_kind_anchor_on_rung_user_id"),
        ),
    )
    with op.batch_alter_table("reminder_mark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reminder_mark_notification_id"), ["notification_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reminder_mark_user_id"), ["user_id"], unique=False)

    op.create_table(
        "urge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("system", "phone", name="channel", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("urged_by_id", sa.Integer(), nullable=False),
        sa.Column("urged_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_urge_assignment_id_assignment")),
        sa.ForeignKeyConstraint(["urged_by_id"], ["user.id"], name=op.f("fk_urge_urged_by_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_urge")),
    )
    with op.batch_alter_table("urge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_urge_assignment_id"), ["assignment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_urge_urged_by_id"), ["urged_by_id"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=True),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("closing_request_id", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("report_id IS NULL OR closing_request_id IS NULL", name=op.f("ck_attachment_one_owner")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_attachment_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(
            ["closing_request_id"],
            ["closing_request.id"],
            name=op.f("fk_attachment_closing_request_id_closing_request"),
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["progress_report.id"], name=op.f("fk_attachment_report_id_progress_report")
        ),
        sa.ForeignKeyConstraint(["sha256"], ["stored_file.sha256"], name=op.f("fk_attachment_sha256_stored_file")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_attachment_task_id_task")),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["user.id"], name=op.f("fk_attachment_uploaded_by_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_assignment_id"), ["assignment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachment_closing_request_id"), ["closing_request_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachment_report_id"), ["report_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachment_sha256"), ["sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachment_task_id"), ["task_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachment_uploaded_by_id"), ["uploaded_by_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attachment_uploaded_by_id"))
        batch_op.drop_index(batch_op.f("ix_attachment_task_id"))
        batch_op.drop_index(batch_op.f("ix_attachment_sha256"))
        batch_op.drop_index(batch_op.f("ix_attachment_report_id"))
        batch_op.drop_index(batch_op.f("ix_attachment_closing_request_id"))
        batch_op.drop_index(batch_op.f("ix_attachment_assignment_id"))

    op.drop_table("attachment")
    with op.batch_alter_table("urge", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_urge_urged_by_id"))
        batch_op.drop_index(batch_op.f("ix_urge_assignment_id"))

    op.drop_table("urge")
    with op.batch_alter_table("reminder_mark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reminder_mark_user_id"))
        batch_op.drop_index(batch_op.f("ix_reminder_mark_notification_id"))

    op.drop_table("reminder_mark")
    with op.batch_alter_table("progress_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_progress_report_reviewed_by_id"))
        batch_op.drop_index("ix_progress_report_jurisdiction_status")
        batch_op.drop_index(batch_op.f("ix_progress_report_filed_by_id"))
        batch_op.drop_index("ix_progress_report_assignment_filed_at")

    op.drop_table("progress_report")
    with op.batch_alter_table("assignment_history", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignment_history_task_id"))
        batch_op.drop_index("ix_assignment_history_plan_recorded")

    op.drop_table("assignment_history")
    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_target_task_id"))
        batch_op.drop_index(batch_op.f("ix_target_plan_id"))

    op.drop_table("target")
    with op.batch_alter_table("group_duty", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_group_duty_task_id"))
        batch_op.drop_index(batch_op.f("ix_group_duty_group_id"))

    op.drop_table("group_duty")
    with op.batch_alter_table("closing_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_closing_request_task_id"))
        batch_op.drop_index("ix_closing_request_jurisdiction_status")
        batch_op.drop_index(batch_op.f("ix_closing_request_decided_by_id"))
        batch_op.drop_index(batch_op.f("ix_closing_request_asked_by_id"))

    op.drop_table("closing_request")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index("ix_assignment_unit_state_due_on")
        batch_op.drop_index(batch_op.f("ix_assignment_task_id"))
        batch_op.drop_index("ix_assignment_plan_unit")
        batch_op.drop_index("ix_assignment_jurisdiction_state_unit")
        batch_op.drop_index("ix_assignment_jurisdiction_late_on")
        batch_op.drop_index("ix_assignment_jurisdiction_behind_on")
        batch_op.drop_index(batch_op.f("ix_assignment_group_id"))

    op.drop_table("assignment")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index("ix_task_plan_position")
        batch_op.drop_index(batch_op.f("ix_task_parent_id"))
        batch_op.drop_index(batch_op.f("ix_task_outline_node_id"))
        batch_op.drop_index("ix_task_jurisdiction_state_due_on")
        batch_op.drop_index("ix_task_jurisdiction_near_on")
        batch_op.drop_index("ix_task_jurisdiction_late_on")
        batch_op.drop_index("ix_task_jurisdiction_id")
        batch_op.drop_index("ix_task_jurisdiction_behind_on")

    op.drop_table("task")
    with op.batch_alter_table("outline_node", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outline_node_plan_id"))
        batch_op.drop_index(batch_op.f("ix_outline_node_parent_id"))

    op.drop_table("outline_node")
    with op.batch_alter_table("indicator", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_indicator_plan_id"))

    op.drop_table("indicator")
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_source_document_id"))
        batch_op.drop_index("ix_plan_jurisdiction_status")
        batch_op.drop_index(batch_op.f("ix_plan_draft_id"))
        batch_op.drop_index(batch_op.f("ix_plan_created_by_id"))

    op.drop_table("plan")
    with op.batch_alter_table("draft_name", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draft_name_unit_id"))
        batch_op.drop_index(batch_op.f("ix_draft_name_group_id"))
        batch_op.drop_index(batch_op.f("ix_draft_name_draft_id"))

    op.drop_table("draft_name")
    with op.batch_alter_table("draft_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draft_item_draft_id"))

    op.drop_table("draft_item")
    with op.batch_alter_table("draft_finding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draft_finding_draft_id"))

    op.drop_table("draft_finding")
    with op.batch_alter_table("import_draft", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_draft_updated_by_id"))
        batch_op.drop_index(batch_op.f("ix_import_draft_source_document_id"))
        batch_op.drop_index(batch_op.f("ix_import_draft_jurisdiction_id"))
        batch_op.drop_index(batch_op.f("ix_import_draft_created_by_id"))

    op.drop_table("import_draft")
    with op.batch_alter_table("source_document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_source_document_uploaded_by_id"))
        batch_op.drop_index(batch_op.f("ix_source_document_sha256"))
        batch_op.drop_index(batch_op.f("ix_source_document_jurisdiction_id"))

    op.drop_table("source_document")
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_role_grant_user_id"))
        batch_op.drop_index(batch_op.f("ix_role_grant_delegated_by_id"))

    op.drop_table("role_grant")
    with op.batch_alter_table("notification", schema=None) as batch_op:
        batch_op.drop_index("ix_notification_user_channel_read_at")
        batch_op.drop_index("ix_notification_status_due_at")

    op.drop_table("notification")
    with op.batch_alter_table("leader_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_leader_link_unit_id"))
        batch_op.drop_index(batch_op.f("ix_leader_link_leader_id"))

    op.drop_table("leader_link")
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_event_subject")
        batch_op.drop_index("ix_audit_event_jurisdiction_at")
        batch_op.drop_index(batch_op.f("ix_audit_event_actor_id"))

    op.drop_table("audit_event")
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_unit_id"))
        batch_op.drop_index(batch_op.f("ix_user_jurisdiction_id"))

    op.drop_table("user")
    with op.batch_alter_table("unit_name", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_name_unit_id"))

    op.drop_table("unit_name")
    with op.batch_alter_table("unit_group_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_group_member_unit_id"))
        batch_op.drop_index(batch_op.f("ix_unit_group_member_group_id"))

    op.drop_table("unit_group_member")
    with op.batch_alter_table("unit_alias", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_alias_unit_id"))
        batch_op.drop_index(batch_op.f("ix_unit_alias_jurisdiction_id"))
        batch_op.drop_index(batch_op.f("ix_unit_alias_group_id"))

    op.drop_table("unit_alias")
    with op.batch_alter_table("unit_group", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_group_jurisdiction_id"))

    op.drop_table("unit_group")
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_parent_id"))
        batch_op.drop_index(batch_op.f("ix_unit_jurisdiction_id"))

    op.drop_table("unit")
    op.drop_table("workday_year")
    op.drop_table("workday")
    op.drop_table("stored_file")
    op.drop_table("schedule_run")
    with op.batch_alter_table("jurisdiction", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_jurisdiction_parent_id"))

    op.drop_table("jurisdiction")
    op.drop_table("audit_seal")
