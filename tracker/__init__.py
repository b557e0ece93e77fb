"""From an issued plan document to a running ledger of who owes what by when.

The way of the data, one direction, no way back:

    bytes ──documents──▶ Text ──core.draft──▶ DraftPlan + findings ──services.imports──▶ draft under review
      ──accept──▶ Plan, OutlineNode, Task, Assignment, Target, Indicator ──services.workflow──▶ issued, acknowledged,
      reported, closed ──core.lights──▶ the day each light comes ──services.reminding──▶ outbox ──jobs──▶ people
      ──services.summaries──▶ frozen rows ──reports──▶ page, .docx, .xlsx

The words: a Plan (方案) is one issued document; a Task (任务) one numbered item of it; an Assignment (责任分工) one
unit's duty in a task, as lead (牵头), responsible (责任) or cooperating (配合); a Light (亮灯) is computed, not typed.

The rooms and who may import whom: errors ← core ← models ← services ← web | cli | jobs; reports and delivery stand
beside services and know no records. `tests/test_house_rules.py` keeps that law.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from tracker.config import Settings

ROOT = Path(__file__).resolve().parent.parent


def create_app(settings: Settings | None = None) -> Flask:
    """Gives the application of one process, its settings read from the environment where none are given.

    Raises SettingsError when the settings cannot be used.
    """
    # Imported here so that `tracker parse` starts without a web framework.
    import os

    from flask import Flask
    from flask_migrate import Migrate

    from tracker import db, models, web
    from tracker.config import load_settings

    settings = settings or load_settings(os.environ)
    app = Flask("tracker", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "tracker" / "static"))
    app.config["TRACKER"] = settings
    app.config["SECRET_KEY"] = settings.secret_key
    db.install(app, settings)
    Migrate(app, db.db, directory=str(ROOT / "migrations"), render_as_batch=True)
    assert models  # noqa: S101 - importing the records registers them
    web.install(app, settings)
    return app
