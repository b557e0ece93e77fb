"""Column types shared by the records."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import JSON, Enum, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from tracker.core.terms import Labelled
from tracker.db import UTCDateTime

key = Annotated[int, mapped_column(primary_key=True)]
name_text = Annotated[str, mapped_column(String(200))]
short_text = Annotated[str, mapped_column(String(80))]
long_text = Annotated[str, mapped_column(Text)]
instant = Annotated[datetime, mapped_column(UTCDateTime)]
json_value = Annotated[Any, mapped_column(JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql"))]


def one_of(kind: type[Labelled], name: str) -> Enum:
    """Gives the type of a column that holds a member of `kind`, doubled by a CHECK named after `name`."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=24,
        values_callable=lambda members: [member.value for member in members],
    )


class Versioned:
    """A record whose lost updates are refused: a write with an older version raises StaleDataError."""

    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, object]:
        return {"version_id_col": cls.version}
