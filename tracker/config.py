"""Settings: each with a name, a type, a default and a help text, read from the environment or from one TOML file.

`TRACKER_CONFIG` names the file; a variable of the environment wins over the same key of the file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

PREFIX = "TRACKER_"
SECRET_BYTES = 32
_SWITCHES = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


class Mode(StrEnum):
    """What this installation is for; anything but production is refused the names of real people's duties."""

    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


class SettingsError(Exception):
    """The configuration cannot be used; the message says which setting and why."""


def _setting(default: Any, help_text: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"help": help_text, "secret": secret})


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one process, frozen at its start."""

    mode: Mode = _setting(Mode.PRODUCTION, "production, demo or test; production insists on a secret key of its own")
    data_dir: Path = _setting(Path("var"), "folder for the SQLite file and everything else the product keeps")
    database_url: str = _setting("", "SQLAlchemy address of the database; empty: an SQLite file under data_dir")
    secret_key: str = _setting("", f"signs sessions and tokens; at least {SECRET_BYTES} characters", secret=True)
    base_url: str = _setting("http://127.0.0.1:8000", "address under which people reach the product; used in links")
    trusted_hosts: str = _setting("", "comma list of host names answered; empty: the host of base_url and loopback")
    proxy_count: int = _setting(0, "number of reverse proxies in front whose X-Forwarded headers are believed")
    smtp_url: str = _setting("", "smtp://user:password@host:port or smtps://…; empty: no mail is sent", secret=True)
    mail_from: str = _setting("", "sender of the mails, as a bare address")
    channel_hosts: str = _setting(
        "", "comma list of addresses, as https://host:port, that messages may be posted to besides the public robots"
    )
    session_idle_minutes: int = _setting(60, "minutes without a request after which a session ends")
    lock_after_failures: int = _setting(5, "failed sign-ins in a row after which an account is locked")
    lock_minutes: int = _setting(30, "minutes an account stays locked")
    upload_limit_mb: int = _setting(20, "largest file accepted, in MiB")
    dengbao: bool = _setting(
        False, "true: system, security and audit administrator must be three people (GB/T 22239-2019 level 3, 三员分立)"
    )
    daily_pass_at: str = _setting("08:30", "Asia/Shanghai time of day, HH:MM, of the reminder pass")
    busy_timeout_ms: int = _setting(15000, "milliseconds an SQLite writer waits for another one")

    def effective_database_url(self) -> str:
        """Gives the database address, the SQLite file under `data_dir` where none is set."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'tracker.sqlite3'}"


def load_settings(environ: Mapping[str, str], **overrides: Any) -> Settings:
    """Gives the settings from a file named by TRACKER_CONFIG, the environment over it, `overrides` over both.

    Raises SettingsError for an unknown key or a value of the wrong type, naming it, and for production without a
    usable secret key.
    """
    known = {f.name: f for f in fields(Settings)}
    raw: dict[str, Any] = _file_values(environ.get(PREFIX + "CONFIG"), known)
    raw |= {name: environ[PREFIX + name.upper()] for name in known if PREFIX + name.upper() in environ}
    raw |= overrides
    settings = Settings(**{name: _typed(name, value) for name, value in raw.items()})
    _refuse_weak(settings)
    return settings


def _file_values(path: str | None, known: Mapping[str, Any]) -> dict[str, Any]:
    if not path:
        return {}
    try:
        values = tomllib.loads(Path(path).read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"TRACKER_CONFIG: cannot read {path}: {error}") from error
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise SettingsError(f"{path}: unknown setting {', '.join(unknown)}; `tracker settings` lists all")
    return values


def _typed(name: str, value: Any) -> Any:
    wanted: Any = {f.name: f.default for f in fields(Settings)}[name]
    if isinstance(wanted, bool):
        return _switch(name, value)
    try:
        return type(wanted)(value)
    except ValueError as error:
        raise SettingsError(f"{PREFIX}{name.upper()}: {value!r} is not a valid {type(wanted).__name__}") from error


def _switch(name: str, value: Any) -> bool:
    word = str(value).strip().lower()
    if word not in _SWITCHES:
        raise SettingsError(f"{PREFIX}{name.upper()}: {value!r} is neither true nor false")
    return _SWITCHES[word]


def _refuse_weak(settings: Settings) -> None:
    if settings.mode is Mode.PRODUCTION and len(settings.secret_key) < SECRET_BYTES:
        what = "is missing" if not settings.secret_key else f"is shorter than {SECRET_BYTES} characters"
        raise SettingsError(
            f"TRACKER_SECRET_KEY {what}: anybody could forge a signed-in session. Set it to the output of "
            "`python3 -c 'import secrets; print(secrets.token_urlsafe(48))'` and keep it out of version control."
        )
    if settings.mode is Mode.PRODUCTION and len(set(settings.secret_key)) < SECRET_BYTES // 4:
        raise SettingsError("TRACKER_SECRET_KEY is not random: it repeats a few characters. Use a generated one.")


def described() -> list[tuple[str, str, str, str]]:
    """Gives (variable, type, default, help) of every setting, in the order of their definition."""
    return [
        (PREFIX + f.name.upper(), type(f.default).__name__, str(f.default), str(f.metadata["help"]))
        for f in fields(Settings)
    ]
