"""What is said once for a whole draft: the plan's own data, the two questions, and what each printed name means."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from tracker import db
from tracker.core.permissions import Permission
from tracker.core.terms import DueMode, LeadMode, NameDecision, UnitKind
from tracker.errors import Conflict, Invalid
from tracker.services import draft_answers, draft_groups, draft_names, draft_rows
from tracker.web.access import allow, current_actor
from tracker.web.imports import after_edit, is_inline, whole_number
from tracker.web.imports import blueprint as imports
from tracker.web.typed import day


@imports.get("/<int:draft_id>/plan")
@allow(Permission.PLANS_IMPORT)
def plan_data(draft_id: int) -> Any:
    return _plan_page(draft_id)


def _plan_page(draft_id: int, **more: Any) -> str:
    rows = draft_rows.review(db.reading(), current_actor(), draft_id)
    head = rows.head
    stored = MultiDict(
        {
            "title": head.title,
            "doc_no": head.doc_no,
            "issuer": head.issuer,
            "issued_on": head.issued_on.isoformat() if head.issued_on else "",
            "period_start": head.period_start or "",
            "period_end": head.period_end or "",
            "is_solicitation": "1" if head.is_solicitation else "",
        }
    )
    given = {"typed": stored, "errors": None, "conflict": None, **more}
    return render_template("imports/plan_data.html", review=rows, stored=stored, **given)


@imports.post("/<int:draft_id>/plan")
@allow(Permission.PLANS_IMPORT)
def save_plan_data(draft_id: int) -> Any:
    form = request.form
    try:
        data = draft_answers.PlanData(
            title=form.get("title", ""),
            doc_no=form.get("doc_no", ""),
            issuer=form.get("issuer", ""),
            issued_on=day(form.get("issued_on", ""), "issued_on"),
            period_start=_year("period_start"),
            period_end=_year("period_end"),
            is_solicitation=form.get("is_solicitation") == "1",
        )
        with db.transaction() as session:
            draft_answers.update_plan_data(
                session, current_actor(), draft_id, data, version=whole_number("version"), now=db.utcnow()
            )
    except Invalid as error:
        return _plan_page(draft_id, typed=form, errors=error.fields), 422
    except Conflict as error:
        return _plan_page(draft_id, typed=form, conflict=error.message), 409
    flash("方案信息已保存。", "success")
    return redirect(url_for("imports.plan_data", draft_id=draft_id))


def _year(name: str) -> int | None:
    value = request.form.get(name, "").strip()
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and 1990 <= int(value[:5]) <= 2099):
        raise Invalid({name: "请填写四位年份。"})
    return int(value)


@imports.get("/<int:draft_id>/questions")
@allow(Permission.PLANS_IMPORT)
def questions(draft_id: int) -> Any:
    return _questions_page(draft_id)


def _questions_page(draft_id: int, **more: Any) -> str:
    rows = draft_rows.review(db.reading(), current_actor(), draft_id)
    head, asked = rows.head, rows.questions
    due_on: date | None = head.default_due_on or asked.due.due_on
    stored = MultiDict(
        {
            "lead_mode": (head.lead_mode or asked.lead.answer).value,
            "due_mode": (head.due_mode or asked.due.answer).value,
            "default_due_on": due_on.isoformat() if due_on else "",
            "everyone": "1" if asked.is_everyone_applied else "",
        }
    )
    given = {"typed": stored, "errors": None, "conflict": None, **more}
    today = db.office_date(db.utcnow())
    return render_template("imports/questions.html", review=rows, stored=stored, today=today.isoformat(), **given)


@imports.post("/<int:draft_id>/questions")
@allow(Permission.PLANS_IMPORT)
def save_questions(draft_id: int) -> Any:
    form = request.form
    try:
        answers = draft_answers.Answers(
            lead_mode=LeadMode(form["lead_mode"]) if form.get("lead_mode") else None,
            due_mode=DueMode(form["due_mode"]) if form.get("due_mode") else None,
            default_due_on=day(form.get("default_due_on", ""), "default_due_on"),
            is_everyone_applied=form.get("everyone") == "1",
        )
        with db.transaction() as session:
            draft_answers.answer_questions(
                session, current_actor(), draft_id, answers, version=whole_number("version"), now=db.utcnow()
            )
    except Invalid as error:
        return _questions_page(draft_id, typed=form, errors=error.fields), 422
    except Conflict as error:
        return _questions_page(draft_id, typed=form, conflict=error.message), 409
    except ValueError:
        raise BadRequest from None
    flash("已按全方案确定牵头和时限，个别任务可以在核对页单独修改。", "success")
    rows = draft_rows.review(db.reading(), current_actor(), draft_id)
    onward = "review" if rows.counts.on_items else rows.next_step()
    return redirect(url_for(f"imports.{onward}", draft_id=draft_id))


@imports.get("/<int:draft_id>/names")
@allow(Permission.PLANS_IMPORT)
def names(draft_id: int) -> Any:
    return _names_page(draft_id)


def _names_page(draft_id: int, **more: Any) -> str:
    rows = draft_rows.review(db.reading(), current_actor(), draft_id)
    shown = request.args.get("show", "pending" if rows.counts.pending_names else "all")
    # The members of a leading group are mostly the units that its plan names.
    shared = "、".join(rows.own_units())
    stored = MultiDict(
        {f"members-{row.id}": "、".join(row.members) or _proposed(row.name, shared) for row in rows.names}
    )
    given = {"typed": stored, "errors": None, "conflict": None, **more}
    return render_template("imports/names.html", review=rows, shown=shown, **given)


def _proposed(group: str, shared: str) -> str:
    return shared if group.endswith("成员单位") else ""


@imports.post("/<int:draft_id>/groups")
@allow(Permission.PLANS_IMPORT)
def decide_groups(draft_id: int) -> Any:
    form = request.form
    given = [
        draft_groups.GroupList(name_id, whole_number(f"version-{name_id}"), form.get(f"members-{name_id}", ""))
        for value in form.getlist("groups")
        if (name_id := _id(value)) is not None
    ]
    try:
        with db.transaction() as session:
            done = draft_groups.decide_groups(session, current_actor(), draft_id, given, now=db.utcnow())
    except Invalid as error:
        return _names_page(draft_id, typed=form, errors=error.fields), 422
    except Conflict as error:
        return _names_page(draft_id, typed=form, conflict=error.message), 409
    flash(
        f"已确定 {done} 个单位组的成员。" if done else "没有填写成员，单位组还没有确定。",
        "success" if done else "warning",
    )
    return redirect(url_for("imports.names", draft_id=draft_id))


@imports.get("/<int:draft_id>/names/<int:name_id>")
@allow(Permission.PLANS_IMPORT)
def decide_name(draft_id: int, name_id: int) -> Any:
    return _name_page(draft_id, name_id)


def _name_page(draft_id: int, name_id: int, **more: Any) -> str:
    session = db.reading()
    rows = draft_rows.review(session, current_actor(), draft_id)
    row = rows.name(name_id)
    stored = MultiDict(
        {
            "decision": row.proposed.value,
            "unit_id": str(row.unit_id or ""),
            "group_id": str(row.group_id or ""),
            "new_kind": row.new_kind.value if row.new_kind else UnitKind.DEPARTMENT.value,
            "new_name": row.new_name or row.name,
            "group_name": row.new_name or row.name,
            "new_members": "\n".join(name for name in row.member_names if name not in rows.born_names()),
        }
    )
    stored.setlist("born", [name for name in row.member_names if name in rows.born_names()])
    stored.setlist("members", [str(unit_id) for unit_id in sorted(row.member_ids)])
    given = {"typed": stored, "errors": None, "conflict": None, **more}
    choices = draft_names.choices(session, current_actor(), today=db.office_date(db.utcnow()))
    return render_template("imports/decide_name.html", review=rows, row=row, choices=choices, kinds=UnitKind, **given)


@imports.post("/<int:draft_id>/names/<int:name_id>")
@allow(Permission.PLANS_IMPORT)
def decide_name_now(draft_id: int, name_id: int) -> Any:
    try:
        choice = _choice(request.form)
        with db.transaction() as session:
            draft_names.decide_name(
                session, current_actor(), draft_id, name_id, choice, version=whole_number("version"), now=db.utcnow()
            )
    except Invalid as error:
        return _name_page(draft_id, name_id, typed=request.form, errors=error.fields), 422
    except Conflict as error:
        return _name_page(draft_id, name_id, typed=request.form, conflict=error.message), 409
    except ValueError:
        raise BadRequest from None
    return redirect(url_for("imports.names", draft_id=draft_id, _anchor=f"name-{name_id}"))


def _choice(form: MultiDict[str, str]) -> draft_names.NameChoice:
    decision = NameDecision(form.get("decision", ""))
    return draft_names.NameChoice(
        decision=decision,
        unit_id=_id(form.get("unit_id", "")),
        group_id=_id(form.get("group_id", "")),
        new_kind=UnitKind(form["new_kind"]) if form.get("new_kind") else None,
        new_name=form.get("group_name" if decision is NameDecision.NEW_GROUP else "new_name", ""),
        member_ids=tuple(found for value in form.getlist("members") if (found := _id(value)) is not None),
        member_names=tuple(
            line.strip() for line in (*form.getlist("born"), *form.get("new_members", "").splitlines()) if line.strip()
        ),
    )


def _id(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


@imports.post("/<int:draft_id>/names/accept")
@allow(Permission.PLANS_IMPORT)
def accept_names(draft_id: int) -> Any:
    ids = [found for value in request.form.getlist("names") if (found := _id(value)) is not None]
    with db.transaction() as session:
        done = draft_names.accept_proposals(session, current_actor(), draft_id, now=db.utcnow(), name_ids=ids or None)
    if is_inline():
        return after_edit(draft_id, "entries")
    flash(f"已采纳 {done} 个单位名称的建议。", "success")
    return redirect(url_for("imports.names", draft_id=draft_id))


@imports.post("/<int:draft_id>/names/match")
@allow(Permission.PLANS_IMPORT)
def match_names(draft_id: int) -> Any:
    with db.transaction() as session:
        done = draft_names.match_again(session, current_actor(), draft_id, now=db.utcnow())
    flash(f"已与单位库重新比对，{done} 个名称能够确定。", "success")
    return redirect(url_for("imports.names", draft_id=draft_id))


@imports.post("/<int:draft_id>/simplify")
@allow(Permission.PLANS_IMPORT)
def simplify(draft_id: int) -> Any:
    with db.transaction() as session:
        draft_answers.simplify(session, current_actor(), draft_id, now=db.utcnow())
    flash("任务名称和内容已转为简体，原文没有改动。", "success")
    return redirect(url_for("imports.review", draft_id=draft_id))
