"""The record: one file per stage of the way of the data."""

from tracker.models.imports import DraftFinding, DraftItem, DraftName, ImportDraft, SourceDocument, StoredFile
from tracker.models.people import LeaderLink, RoleGrant, User
from tracker.models.plans import Assignment, GroupDuty, Indicator, LightDates, OutlineNode, Plan, Target, Task
from tracker.models.registry import (
    Jurisdiction,
    Unit,
    UnitAlias,
    UnitGroup,
    UnitGroupMember,
    UnitName,
    Workday,
    WorkdayYear,
)
from tracker.models.reporting import AssignmentHistory, Attachment, ClosingRequest, ProgressReport, Urge
from tracker.models.supervision import RegisterNumber
from tracker.models.telling import Notification, ReminderMark, ScheduleRun
from tracker.models.trace import AuditEvent, AuditSeal

__all__ = [
    "Assignment",
    "AssignmentHistory",
    "Attachment",
    "AuditEvent",
    "AuditSeal",
    "ClosingRequest",
    "DraftFinding",
    "DraftItem",
    "DraftName",
    "GroupDuty",
    "ImportDraft",
    "Indicator",
    "Jurisdiction",
    "LeaderLink",
    "LightDates",
    "Notification",
    "OutlineNode",
    "Plan",
    "ProgressReport",
    "RegisterNumber",
    "ReminderMark",
    "RoleGrant",
    "ScheduleRun",
    "SourceDocument",
    "StoredFile",
    "Target",
    "Task",
    "Unit",
    "UnitAlias",
    "UnitGroup",
    "UnitGroupMember",
    "UnitName",
    "Urge",
    "User",
    "Workday",
    "WorkdayYear",
]
