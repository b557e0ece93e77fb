"""Evidence (佐证材料): bytes kept once per content, told by what they are rather than by their name."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.core.permissions import Actor
from tracker.errors import Invalid, NotFound
from tracker.models import Assignment, Attachment, ClosingRequest, ProgressReport, StoredFile, Task
from tracker.services.access import duty_scope, task_scope

_ZIP_ENTRIES = 20_000
_OOXML = "application/vnd.openxmlformats-officedocument."


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came from a browser."""

    filename: str
    data: bytes


@dataclass(frozen=True, slots=True)
class _Kind:
    content_type: str
    extensions: tuple[str, ...]


_PDF = _Kind("application/pdf", (".pdf",))
_OLE = _Kind("application/x-ole-storage", (".doc", ".xls", ".ppt", ".wps", ".et", ".dps"))
_MAGIC: tuple[tuple[bytes, _Kind], ...] = (
    (b"%PDF-", _PDF),
    (b"\x89PNG\r\n\x1a\n", _Kind("image/png", (".png",))),
    (b"\xff\xd8\xff", _Kind("image/jpeg", (".jpg", ".jpeg"))),
    (b"GIF8", _Kind("image/gif", (".gif",))),
    (b"BM", _Kind("image/bmp", (".bmp",))),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _OLE),
)
_PACKAGES: tuple[tuple[str, _Kind], ...] = (
    ("word/document.xml", _Kind(f"{_OOXML}wordprocessingml.document", (".docx",))),
    ("xl/workbook.xml", _Kind(f"{_OOXML}spreadsheetml.sheet", (".xlsx",))),
    ("ppt/presentation.xml", _Kind(f"{_OOXML}presentationml.presentation", (".pptx",))),
    # The national format for fixed layout, which seals and sealed papers come in.
    ("OFD.xml", _Kind("application/ofd", (".ofd",))),
)
ALLOWED = "PDF、OFD、图片（PNG、JPG、GIF、BMP）和办公文档（Word、Excel、PPT、WPS）"
EXTENSIONS = tuple(ending for _, kind in (*_MAGIC, *_PACKAGES) for ending in kind.extensions)


def attach(
    session: Session,
    actor: Actor,
    owner: ProgressReport | ClosingRequest,
    uploads: Sequence[Upload],
    *,
    now: datetime,
    limit_bytes: int,
) -> list[Attachment]:
    """Keeps files as evidence of a report or a closing request that has been flushed.

    Raises Invalid("files") for an empty, too large or disallowed file, or one that is not what its name says.
    """
    attached = []
    for upload in uploads:
        stored = keep_file(session, upload, limit_bytes)
        is_report = isinstance(owner, ProgressReport)
        row = Attachment(
            task_id=owner.assignment.task_id if is_report else owner.task_id,
            assignment_id=owner.assignment_id if is_report else None,
            report_id=owner.id if is_report else None,
            closing_request_id=None if is_report else owner.id,
            sha256=stored.sha256,
            filename=clean_name(upload.filename),
            uploaded_by_id=actor.user_id,
            uploaded_at=now,
        )
        session.add(row)
        attached.append(row)
    session.flush()
    return attached


def keep_file(session: Session, upload: Upload, limit_bytes: int, *, field: str = "files") -> StoredFile:
    """Keeps bytes once per content. Raises Invalid(field) as `attach` does."""
    name = clean_name(upload.filename)
    if not upload.data:
        raise Invalid({field: f"“{name}”是空文件。"})
    if len(upload.data) > limit_bytes:
        raise Invalid({field: f"“{name}”超过 {limit_bytes // 1024 // 1024} MB 的上限。"})
    kind = _kind_of(upload.data)
    if kind is None:
        raise Invalid({field: f"“{name}”的类型不能上传，可以上传{ALLOWED}。"})
    if not name.lower().endswith(kind.extensions):
        raise Invalid({field: f"“{name}”的内容与扩展名不符，请核对后重新上传。"})
    sha256 = hashlib.sha256(upload.data).hexdigest()
    stored = session.get(StoredFile, sha256)
    if stored is None:
        stored = StoredFile(
            sha256=sha256, size_bytes=len(upload.data), content_type=kind.content_type, data=upload.data
        )
        session.add(stored)
        session.flush()
    return stored


def _kind_of(data: bytes) -> _Kind | None:
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    return _package_kind(data) if data.startswith(b"PK\x03\x04") else None


def _package_kind(data: bytes) -> _Kind | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = set(package.namelist()[:_ZIP_ENTRIES])
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    return next((kind for entry, kind in _PACKAGES if entry in names), None)


def clean_name(filename: str) -> str:
    """Gives the name of a file as it is kept and shown: never a path, nothing unprintable, not too long."""
    last = filename.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(c for c in last if c.isprintable()).strip(" .") or "附件"
    if len(shown) <= 150:
        return shown
    stem, dot, ending = shown.rpartition(".")
    return f"{stem[: 149 - len(ending)]}{dot}{ending}" if dot and len(ending) < 10 else shown[:150]


@dataclass(frozen=True, slots=True)
class Download:
    """A file on its way out."""

    filename: str
    content_type: str
    data: bytes


def find_download(session: Session, actor: Actor, task_id: int, attachment_id: int) -> Download:
    """Gives one attachment of a task the actor may see. Raises NotFound otherwise."""
    seen = select(Assignment.id).where(Assignment.task_id == task_id, duty_scope(actor))
    row = session.execute(
        select(Attachment.filename, StoredFile.content_type, StoredFile.data)
        .join(StoredFile, StoredFile.sha256 == Attachment.sha256)
        .join(Task, Task.id == Attachment.task_id)
        .where(task_scope(actor), Attachment.task_id == task_id, Attachment.id == attachment_id)
        .where(or_(Attachment.assignment_id.is_(None), Attachment.assignment_id.in_(seen)))
    ).one_or_none()
    if row is None:
        raise NotFound("没有找到这份附件，或者您没有查看它的权限。")
    return Download(row.filename, row.content_type, row.data)
