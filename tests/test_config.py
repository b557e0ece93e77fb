"""Settings: environment over file over default, and what production refuses."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from tracker.config import Mode, SettingsError, load_settings

GOOD = secrets.token_urlsafe(48)


def test_production_without_a_secret_key_is_refused_with_the_reason() -> None:
    with pytest.raises(SettingsError, match="TRACKER_SECRET_KEY is missing"):
        load_settings({})


@pytest.mark.parametrize("weak", ["dev", "changeme", "a" * 31, "ab" * 40])
def test_production_refuses_a_weak_secret_key(weak: str) -> None:
    with pytest.raises(SettingsError, match="TRACKER_SECRET_KEY"):
        load_settings({"TRACKER_SECRET_KEY": weak})


def test_production_is_the_default_mode() -> None:
    assert load_settings({"TRACKER_SECRET_KEY": GOOD}).mode is Mode.PRODUCTION


def test_a_variable_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path) -> None:
    file = tmp_path / "tracker.toml"
    file.write_text(f'secret_key = "{GOOD}"\nlock_minutes = 7\nproxy_count = 1\n')
    settings = load_settings({"TRACKER_CONFIG": str(file), "TRACKER_LOCK_MINUTES": "9"})
    assert (settings.lock_minutes, settings.proxy_count, settings.session_idle_minutes) == (9, 1, 60)


def test_an_unknown_key_of_the_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "tracker.toml"
    file.write_text('secret_kye = "x"\n')
    with pytest.raises(SettingsError, match="secret_kye"):
        load_settings({"TRACKER_CONFIG": str(file)})


def test_a_value_of_the_wrong_type_is_named() -> None:
    with pytest.raises(SettingsError, match="TRACKER_LOCK_MINUTES: 'soon' is not a valid int"):
        load_settings({"TRACKER_SECRET_KEY": GOOD, "TRACKER_LOCK_MINUTES": "soon"})


def test_a_file_that_is_missing_is_named() -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.toml"):
        load_settings({"TRACKER_CONFIG": "nowhere.toml"})


@pytest.mark.parametrize(("typed", "wanted"), [("true", True), ("1", True), ("False", False), ("off", False)])
def test_a_switch_is_read_from_the_environment_as_the_word_says(typed: str, wanted: bool) -> None:
    found = load_settings({"TRACKER_DENGBAO": typed, "TRACKER_MODE": "test"})
    assert found.dengbao is wanted


def test_a_switch_that_says_neither_yes_nor_no_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match="TRACKER_DENGBAO"):
        load_settings({"TRACKER_DENGBAO": "maybe", "TRACKER_MODE": "test"})
