"""Settings: declared once, an unknown or bad one refused by name, the page in docs up to date."""

from pathlib import Path

import pytest

from luoshi import conf

ROOT = Path(__file__).resolve().parents[2]


def refused(environ: dict[str, str]) -> conf.SettingError:
    with pytest.raises(conf.SettingError) as error:
        conf.load(environ)
    return error.value


def test_without_anything_given_the_defaults_hold(tmp_path: Path) -> None:
    loaded = conf.load({"LUOSHI_HOME": str(tmp_path)})
    assert (loaded.home, loaded.number("port"), loaded.flag("public_demo")) == (tmp_path, 8000, False)
    assert loaded.words("trusted_proxies") == ()


def test_an_unknown_setting_is_refused_by_name_and_value(tmp_path: Path) -> None:
    error = refused({"LUOSHI_HOME": str(tmp_path), "LUOSHI_PROT": "9000"})
    assert "LUOSHI_PROT='9000'" in error.text.en and "LUOSHI_PORT" in error.text.en
    assert "未知的设置 LUOSHI_PROT" in error.text.zh


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("LUOSHI_PORT", "0", "from 1 to 65535"),
        ("LUOSHI_PORT", "http", "from 1 to 65535"),
        ("LUOSHI_PUBLIC_DEMO", "maybe", "true, false"),
        ("LUOSHI_LOG_LEVEL", "loud", "debug"),
        ("PUBLIC_URL", "city.example", "http(s)://host"),
        ("PUBLIC_URL", "https://city.example/luoshi", "without a path"),
        ("DATABASE_URL", "mysql://x/y", "postgresql://"),
    ],
)
def test_a_bad_value_is_refused_with_its_rule(tmp_path: Path, name: str, value: str, rule: str) -> None:
    error = refused({"LUOSHI_HOME": str(tmp_path), name: value})
    assert name in error.text.en and repr(value) in error.text.en and rule in error.text.en
    assert name in error.text.zh


def test_a_refused_address_does_not_show_its_password(tmp_path: Path) -> None:
    error = refused({"LUOSHI_HOME": str(tmp_path), "DATABASE_URL": "mysql://city:hunter2@db/x"})
    assert "hunter2" not in error.text.zh + error.text.en


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    (tmp_path / conf.FILE).write_text('port = 9001\nweb_workers = 3\ntrusted_proxies = ["10.0.0.1", "10.0.0.2"]\n')
    loaded = conf.load({"LUOSHI_HOME": str(tmp_path), "LUOSHI_PORT": "9002"})
    assert (loaded.number("port"), loaded.number("web_workers")) == (9002, 3)
    assert loaded.words("trusted_proxies") == ("10.0.0.1", "10.0.0.2")


@pytest.mark.parametrize(("text", "says"), [("prot = 1", "prot=1"), ("home = 'x'", "home='x'"), ("port =", "TOML")])
def test_a_bad_file_is_refused_by_name(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / conf.FILE).write_text(text)
    error = refused({"LUOSHI_HOME": str(tmp_path)})
    assert conf.FILE in error.text.en and says in error.text.en


def test_the_settings_page_is_up_to_date() -> None:
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    assert page == conf.document(), "run `python -m luoshi.conf > docs/settings.md`"
