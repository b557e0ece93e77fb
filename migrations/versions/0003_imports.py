"""Makes stored files, documents and the drafts read from them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stored_file",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.String(length=80), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_stored_file")),
    )
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


def downgrade() -> None:
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
    op.drop_table("stored_file")
