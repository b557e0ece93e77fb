"""The papers that go out to single units, as frozen facts: slip and letter, notice of tasks, call list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tracker.core.terms import SlipForm, SlipLevel


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to call."""

    name: str = ""
    telephone: str = ""


@dataclass(frozen=True, slots=True)
class EarlierPaper:
    """What was sent before on the same matter: 催办, 蓝色督办单（云科创督〔2026〕1号); `outcome` is what came of it."""

    label: str
    sent_on: date
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Matter:
    """The one matter a slip is about, as it stands on the day of the paper.

    Takes `number` and `title` of the task as printed, `role` as 牵头 or 责任, `workdays` late (None or 0: not late).
    """

    plan_title: str
    doc_no: str
    number: str
    title: str
    role: str
    due_on: date | None = None
    workdays: int | None = None
    percent: int | None = None
    last_word: str = ""
    last_word_on: date | None = None
    earlier: tuple[EarlierPaper, ...] = ()


@dataclass(frozen=True, slots=True)
class SlipPaper:
    """A slip (督办单), or the letter (工作提示函) to a unit outside the government's command, ready to print."""

    form: SlipForm
    level: SlipLevel
    number: str
    office: str
    unit: str
    matter: Matter
    basis: str
    demand: str
    issued_on: date
    reply_by_on: date
    contact: Contact = Contact()
    copies: str = ""


@dataclass(frozen=True, slots=True)
class NoticeTask:
    """One task of a notice: what this unit has in it, with whom, by when; `targets` and `due` worded."""

    number: str
    title: str
    role: str
    leads: str
    partners: str
    due: str
    targets: str = ""


@dataclass(frozen=True, slots=True)
class NoticePaper:
    """The notice that hands tasks to one unit (交办通知), all of its tasks of one plan in one paper.

    Takes `filing`, the filing rule in words (每月25日至月末报送当月进展), "" where the unit does not file.
    """

    number: str
    office: str
    unit: str
    plan_title: str
    doc_no: str
    basis: str
    tasks: tuple[NoticeTask, ...]
    issued_on: date
    acknowledge_by_on: date | None = None
    breakdown_by_on: date | None = None
    filing: str = ""
    contact: Contact = Contact()
    copies: str = ""


@dataclass(frozen=True, slots=True)
class CallRow:
    """A unit without users: whom to call, what it owes (one line a thing), and how late in words."""

    unit: str
    contact: Contact
    owed: tuple[str, ...]
    late: str = ""


@dataclass(frozen=True, slots=True)
class CallList:
    """The units the office must telephone (电话催办清单), with room to note each call."""

    office: str
    as_of: date
    rows: tuple[CallRow, ...]
