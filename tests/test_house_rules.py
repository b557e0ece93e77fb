"""The law of the rooms (DESIGN section 7), kept by reading the code rather than by asking people to remember it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "tracker"
MODULES = sorted(PACKAGE.rglob("*.py"))

# What each room may import of this project; everything else of it is forbidden there.
ROOMS: dict[str, tuple[str, ...]] = {
    "errors": (),
    "config": (),
    "core": ("core", "errors"),
    "documents": ("documents", "core", "errors"),
    "db": ("config", "core"),
    "models": ("models", "db", "core", "config"),
    "services": ("services", "core", "models", "db", "documents", "errors"),
    "reports": ("reports", "core", "config", "errors"),
    "delivery": ("delivery", "core", "config", "errors"),
    "web": ("web", "services", "reports", "core", "db", "errors", "config"),
    "cli": ("services", "reports", "delivery", "documents", "core", "db", "config", "errors", "demo", "jobs"),
    "jobs": ("services", "reports", "delivery", "core", "db", "config", "errors"),
    "demo": ("demo", "services", "models", "core", "db", "config", "errors"),
}
FORBIDDEN_LIBRARIES = {
    "core": ("flask", "sqlalchemy", "flask_sqlalchemy", "os", "pathlib", "io", "time", "random"),
    "documents": ("flask", "sqlalchemy", "flask_sqlalchemy"),
    "models": ("flask",),
    "services": ("flask", "flask_login", "smtplib", "time"),
    "reports": ("flask", "sqlalchemy"),
    "delivery": ("flask", "sqlalchemy"),
    "web": ("sqlalchemy.select", "smtplib"),
}


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative imports hide the room they reach into"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.lineno, ast.unparse(node.func)


def name_of(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", [p for p in MODULES if p.parent != PACKAGE or p.name != "__init__.py"], ids=name_of)
def test_a_room_imports_only_the_rooms_it_may(path: Path) -> None:
    room = room_of(path)
    assert room in ROOMS, f"{room} is no room of DESIGN section 7"
    for module in imported(path):
        parts = module.split(".")
        if parts[0] == "tracker" and len(parts) > 1:
            assert parts[1] in ROOMS[room] or (room in ("cli", "jobs", "demo") and parts[1] == "create_app"), module
        for library in FORBIDDEN_LIBRARIES.get(room, ()):
            assert module != library and not module.startswith(library + "."), f"{room} must not import {module}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_the_database_module_commits_and_reads_the_clock(path: Path) -> None:
    if path.name == "db.py":
        return
    for line, call in calls(path):
        assert not call.endswith(".commit"), f"{path}:{line} commits"
        assert call not in {"datetime.now", "datetime.utcnow", "date.today", "time.time"}, (
            f"{path}:{line} reads a clock"
        )


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_states_of_tasks_and_assignments_are_set_in_the_workflow_service_only(path: Path) -> None:
    if name_of(path).startswith("services/workflow"):
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        targets = node.targets if isinstance(node, ast.Assign) else []
        for target in targets:
            is_state = isinstance(target, ast.Attribute) and target.attr == "state"
            assert not is_state, f"{path}:{node.lineno} sets a state outside the workflow service"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_files_and_functions_stay_readable(path: Path) -> None:
    source = path.read_text("utf-8")
    assert source.count("\n") <= 600, f"{path} has more than 600 lines"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= 50, f"{path}:{node.lineno} {node.name} has {length} lines"


@pytest.mark.parametrize("path", [p for p in MODULES if room_of(p) in ("core", "services")], ids=name_of)
def test_public_functions_of_core_and_services_say_what_they_give(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree) or not tree.body, f"{path} does not say what it is for"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{path}:{node.lineno} {node.name} has no docstring"


def test_no_module_is_named_after_nothing() -> None:
    empty = {"util", "utils", "helpers", "common", "misc", "manager"}
    assert not [path for path in MODULES if path.stem in empty]


def test_every_endpoint_declares_a_permission(app: Flask) -> None:
    bare = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if not hasattr(app.view_functions[rule.endpoint], "permission")
    ]
    assert sorted(set(bare)) == ["bootstrap.static", "static"]


def test_every_template_compiles_and_holds_no_inline_script_or_style(app: Flask) -> None:
    names = app.jinja_env.list_templates(filter_func=lambda name: (ROOT / "templates" / name).exists())
    assert "base.html" in names
    for name in names:
        app.jinja_env.get_template(name)
        source = (ROOT / "templates" / name).read_text("utf-8")
        for inline in ("<script>", "<style", 'style="', "onclick=", "onchange=", "onsubmit=", "javascript:"):
            assert inline not in source, f"{name} holds {inline}, which the content policy forbids"


def test_every_setting_has_a_help_text() -> None:
    from tracker.config import described

    assert described()
    for variable, kind, _default, help_text in described():
        assert kind and len(help_text) > 10, variable
