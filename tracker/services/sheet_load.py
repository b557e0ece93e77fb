"""Loading records from a filled-in sheet: all of it or nothing, every wrong cell named at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from tracker.core.permissions import Actor
from tracker.db import office_date
from tracker.documents.sheets import Column, Sheet, SheetRow, WrongCell, read_sheet
from tracker.errors import Invalid, Unreadable
from tracker.services import audit

Added = TypeVar("Added")


class WrongSheet(Invalid):
    """A sheet that was not taken; `cells` names everything wrong in it."""

    def __init__(self, cells: Iterable[WrongCell]) -> None:
        self.cells = tuple(cells)
        super().__init__({"": f"表格中有 {len(self.cells)} 处需要改正，没有写入任何内容。"})


# What the page of a loading shows in place of a result.
SheetRefusal = (Invalid, Unreadable)


@dataclass(frozen=True, slots=True)
class Loaded(Generic[Added]):
    """What a sheet brought: what was added, names of what was changed, how many stood so already, headings not read."""

    added: tuple[Added, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: int = 0
    ignored: tuple[str, ...] = ()


@dataclass(slots=True)
class Loading:
    """One loading under way: whose it is, what the columns are called, and what is wrong so far."""

    session: Session
    actor: Actor
    now: datetime
    headings: dict[str, str]
    wrong: list[WrongCell] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The office date on which what is loaded begins."""
        return office_date(self.now)

    def refuse(self, row: SheetRow, key: str, problem: str) -> None:
        """Notes a wrong cell."""
        self.wrong.append(WrongCell(row.number, self.headings[key], problem))

    def stop_if_wrong(self) -> None:
        """Raises WrongSheet naming every wrong cell noted until now."""
        if self.wrong:
            raise WrongSheet(self.wrong)


def begin(
    session: Session, actor: Actor, data: bytes, columns: Sequence[Column], *, what: str, now: datetime
) -> tuple[Loading, Sheet]:
    """Gives a loading and the sheet it is of; `what` is the Chinese word for what its rows are.

    Raises Unreadable for what is no sheet.
    """
    sheet = read_sheet(data, columns)
    loading = Loading(session, actor, now, {column.key: column.names[0] for column in columns}, list(sheet.wrong))
    if not sheet.rows and not loading.wrong:
        loading.wrong.append(WrongCell(0, "内容", f"表头下面没有填写任何{what}"))
    return loading, sheet


def finish(
    loading: Loading, sheet: Sheet, action: str, added: Sequence[Added], changed: Sequence[str], *, words: str
) -> Loaded[Added]:
    """Gives what the sheet brought, leaving one event where it brought anything.

    Takes `words`, the event's sentence with {added} and {changed} in place of the numbers.
    """
    if added or changed:
        summary = words.format(added=len(added), changed=len(changed))
        names = {"added": [_name(one) for one in added], "changed": list(changed)}
        audit.record(loading.session, loading.actor, action, None, summary=summary, now=loading.now, **names)
    unchanged = len(sheet.rows) - len(added) - len(changed)
    return Loaded(tuple(added), tuple(changed), unchanged, sheet.ignored)


def _name(one: object) -> str:
    return one if isinstance(one, str) else str(getattr(one, "name", one))
