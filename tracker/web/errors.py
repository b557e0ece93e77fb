"""One table from refusals to answers: each a page with a sentence and a way on, never a stack trace."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, g, redirect, render_template, request, url_for
from flask_login import AnonymousUserMixin, current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError

from tracker import db
from tracker.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal, Unreadable
from tracker.web.access import page_before

STATUS: dict[type[Refusal], int] = {NotAllowed: 403, NotFound: 404, Invalid: 422, Conflict: 409, Unreadable: 422}
TITLES = {
    400: "请求有误",
    403: "没有权限",
    404: "没有找到",
    405: "请求方式不对",
    409: "内容已被他人修改",
    413: "文件过大",
    422: "内容有误",
    429: "操作过于频繁",
    500: "系统出错",
    503: "系统暂时无法保存",
}
SENTENCES = {
    400: "浏览器发来的请求无法识别，请返回上一页刷新后重试。",
    404: "这个地址不存在，或者您没有查看它的权限。",
    405: "请从页面上的按钮操作，不要直接打开这个地址。",
    413: "上传的内容超过大小上限，请压缩或拆分后重新上传。",
    429: "操作过于频繁，请稍候再试。",
    500: "系统出错，您的操作没有生效。请稍后重试；如反复出现，请联系系统管理员。",
    503: "数据库暂时无法写入（可能磁盘已满或正在维护）,您的操作没有生效，请稍后重试。",
}

# What people type into the forms of one record, as its page calls it; a refusal gives it back under these words.
TYPED = {
    "title": "名称",
    "name": "名称",
    "text": "内容和要求",
    "progress": "进展情况",
    "percent": "完成比例",
    "problems": "存在问题",
    "next_step": "下一步",
    "coordination": "需协调事项",
    "report": "完成情况报告",
    "reply": "回复内容",
    "demand": "办理要求",
    "reason": "理由",
    "basis": "依据",
    "words": "内容",
    "stages": "阶段安排",
    "contact_name": "联系人",
    "contact_phone": "联系电话",
}

OTHER_HOST = "本系统不使用这个主机名，请从单位公布的地址打开。\n"


def answer(status: int, sentence: str) -> tuple[str, int]:
    """Gives the page of a refusal, with what was typed where somebody else was first, and the way to the newest."""
    is_late = status == 409 and request.method == "POST"
    typed = [(label, request.form[name]) for name, label in TYPED.items() if request.form.get(name)] if is_late else []
    newest = page_before() if is_late else None
    title = TITLES.get(status, "无法完成")
    return render_template("error.html", title=title, sentence=sentence, typed=typed, newest=newest), status


def _let_go() -> None:
    """Ends what is left of a broken transaction, or the page of the refusal could read nothing either."""
    try:
        db.reading().rollback()
    except SQLAlchemyError:
        # Only a connection that is gone; the next request gets another one.
        db.reading().close()


def _install_database(app: Flask) -> None:
    @app.errorhandler(OperationalError)
    def _database(error: OperationalError) -> Any:
        app.logger.exception("database", exc_info=error)
        _let_go()
        if "_login_user" not in g:
            # Who is asking cannot be looked up either; the page of the refusal must not try again.
            g._login_user = AnonymousUserMixin()
        return answer(503, SENTENCES[503])

    @app.errorhandler(IntegrityError)
    def _collision(error: IntegrityError) -> Any:
        # Two people entered the same thing at the same moment; one of them was first.
        _let_go()
        app.logger.warning("collision at %s: %s", request.path, error.orig)
        return answer(409, "就在您提交的时候，别人已经登记了相同的内容。请返回查看最新内容。")

    @app.errorhandler(DataError)
    @app.errorhandler(OverflowError)
    def _beyond(_error: Exception) -> Any:
        # A number no column can hold, typed into an address or a form.
        _let_go()
        return answer(400, SENTENCES[400])


def install(app: Flask) -> None:
    """Registers the table."""
    _install_database(app)

    @app.errorhandler(Refusal)
    def _refusal(error: Refusal) -> Any:
        _let_go()
        return answer(STATUS[type(error)], error.message)

    @app.errorhandler(StaleDataError)
    def _stale(_error: StaleDataError) -> Any:
        return answer(409, "就在您填写的时候，别人已经修改了同一内容。请返回查看最新内容后再提交。")

    @app.errorhandler(CSRFError)
    def _csrf(_error: CSRFError) -> Any:
        if current_user.is_authenticated:
            return answer(400, "页面停留过久，安全校验已失效。请返回上一页刷新后重新提交，已填内容会保留。")
        return redirect(url_for("auth.sign_in", expired=1, next=page_before()))

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Any:
        if error.code is None or error.code < 400:
            return error
        if isinstance(error, SecurityError):
            # No page: under a host that is not ours there is no address to put into one.
            return Response(OTHER_HOST, 400, mimetype="text/plain")
        return answer(error.code, SENTENCES.get(error.code, "请求无法完成，请返回上一页。"))

    @app.errorhandler(Exception)
    def _fault(error: Exception) -> Any:
        _let_go()
        app.logger.exception("fault at %s", request.path, exc_info=error)
        return answer(500, SENTENCES[500])
