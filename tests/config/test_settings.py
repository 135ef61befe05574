"""What an operator may write, where, and what is said about mistakes."""

from pathlib import Path

import pytest

from config import settings
from config.layers import SettingsTrouble

CANARY = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


@pytest.fixture
def written(tmp_path):
    """Write a settings file of mode 600 and read it with the environment given."""

    def write(text, mode=0o600, **environ):
        file = tmp_path / "livedesk.toml"
        file.write_text(text, encoding="utf-8")
        file.chmod(mode)
        return settings.read(file, environ)

    return write


def refused(write, *arguments, **environ):
    with pytest.raises(SettingsTrouble) as told:
        write(*arguments, **environ)
    assert CANARY not in str(told.value)
    assert CANARY not in repr(told.value)
    return list(told.value.lines)


ACCOUNT = '[[accounts]]\nname = "berlin"\nplatform = "telegram"\n'


def test_the_shipped_file_shows_exactly_the_defaults():
    assert settings.read(settings.FILE, {}) == settings.Settings()


def test_without_a_file_the_defaults_hold_and_the_store_is_in_the_checkout(monkeypatch):
    monkeypatch.setattr(settings, "FILE", Path("/nowhere/livedesk.toml"))
    read = settings.read(None, {})
    assert read.store.url.get_secret_value() == f"sqlite:///{settings.HOUSE}/var/livedesk.sqlite"
    assert (read.newsroom.zone, read.newsroom.undo_seconds, read.accounts) == ("UTC", 5, ())


def test_the_environment_wins_over_secret_files_which_win_over_the_settings_file(written, tmp_path):
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "livedesk_newsroom__zone").write_text("Europe/Paris\n")
    (secrets / "LIVEDESK_NEWSROOM__LANGUAGE").write_text("fr")
    (secrets / "something-else").write_text("not ours")
    read = written(
        '[newsroom]\nzone = "Europe/London"\nlanguage = "de"\npublisher = "Gazette"\n',
        LIVEDESK_SECRETS=str(secrets),
        LIVEDESK_NEWSROOM__LANGUAGE="nl",
    )
    assert (read.newsroom.publisher, read.newsroom.zone, read.newsroom.language) == ("Gazette", "Europe/Paris", "nl")


def test_systemd_credentials_are_secret_files_too(written, tmp_path):
    (tmp_path / "LIVEDESK_NEWSROOM__ZONE").write_text("Asia/Tokyo")
    assert written("", CREDENTIALS_DIRECTORY=str(tmp_path)).newsroom.zone == "Asia/Tokyo"


def test_a_token_comes_from_the_environment_by_the_accounts_place_in_the_list(written):
    read = written(ACCOUNT, LIVEDESK_ACCOUNTS__0__TOKEN=CANARY)
    assert read.accounts[0].secret() == CANARY


def test_a_whole_account_can_be_given_by_the_environment(written):
    read = written(
        "",
        LIVEDESK_ACCOUNTS__0__NAME="berlin",
        LIVEDESK_ACCOUNTS__0__PLATFORM="discord",
        LIVEDESK_ACCOUNTS__0__TOKEN=CANARY,
    )
    assert [(one.name, one.platform, one.secret()) for one in read.accounts] == [("berlin", "discord", CANARY)]


def test_an_account_number_that_leaves_a_gap_is_refused(written):
    (line,) = refused(written, ACCOUNT, LIVEDESK_ACCOUNTS__3__TOKEN=CANARY)
    assert line == "LIVEDESK_ACCOUNTS__3__TOKEN: number 3 leaves a gap; the next free number is 1"


def test_a_token_from_the_environment_replaces_the_token_file_of_the_settings_file(written):
    read = written(ACCOUNT + 'token_file = "berlin.token"\n', LIVEDESK_ACCOUNTS__0__TOKEN=CANARY)
    assert read.accounts[0].secret() == CANARY


def test_a_token_and_a_token_file_side_by_side_are_refused(written):
    (line,) = refused(written, ACCOUNT + f'token = "{CANARY}"\ntoken_file = "berlin.token"\n')
    assert "give `token` or `token_file`, not both" in line


def test_a_token_file_counts_from_the_folder_of_the_settings_file(written, tmp_path):
    (tmp_path / "berlin.token").write_text(CANARY + "\n")
    (tmp_path / "berlin.token").chmod(0o600)
    assert written(ACCOUNT + 'token_file = "berlin.token"\n').accounts[0].secret() == CANARY


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o666])
def test_a_token_file_that_others_can_read_is_refused_with_the_fix(written, tmp_path, mode):
    file = tmp_path / "berlin.token"
    file.write_text(CANARY)
    file.chmod(mode)
    read = written(ACCOUNT + 'token_file = "berlin.token"\n')
    assert refused(read.accounts[0].secret) == [f"{file}: others can read this token: chmod 600 {file}"]


def test_a_settings_file_that_holds_a_token_must_be_ours_alone(written, tmp_path):
    (line,) = refused(written, ACCOUNT + f'token = "{CANARY}"\n', 0o644)
    assert line.startswith(f"{tmp_path}/livedesk.toml:4: others can read this token: chmod 600 ")


def test_a_missing_or_empty_token_is_one_line_with_the_fix(written, tmp_path):
    (line,) = refused(written(ACCOUNT).accounts[0].secret)
    assert line == "account `berlin` has no token: give it `token_file`, a file of mode 600"
    (line,) = refused(written(ACCOUNT + 'token_file = "gone.token"\n').accounts[0].secret)
    assert line.startswith(f"{tmp_path}/gone.token: there is no such token file")


@pytest.mark.parametrize("spoilt", [f"{CANARY} {CANARY}", f"{CANARY}\r\nX-Evil: 1", f"{CANARY}é"])
def test_a_token_with_signs_no_token_has_is_refused_before_it_reaches_a_header(written, spoilt):
    read = written(ACCOUNT, LIVEDESK_ACCOUNTS__0__TOKEN=spoilt)
    assert "copy it again" in refused(read.accounts[0].secret)[0]


def test_two_accounts_of_one_name_are_refused(written):
    (line,) = refused(written, ACCOUNT + ACCOUNT)
    assert line.endswith("accounts: two accounts are called `berlin`; a name is used once")


def test_an_unknown_key_is_shown_with_its_line_and_the_nearest_key(written, tmp_path):
    (line,) = refused(written, "# mine\n[newsroom]\nundo_second = 3\n")
    assert line == f"{tmp_path}/livedesk.toml:3: unknown key `undo_second` in [newsroom]; did you mean `undo_seconds`?"


def test_an_unknown_key_of_an_account_is_shown_without_the_token_beside_it(written, tmp_path):
    (line,) = refused(written, ACCOUNT + f'tokn = "{CANARY}"\n')
    assert line == f"{tmp_path}/livedesk.toml:4: unknown key `tokn` in [accounts.0]; did you mean `token`?"


def test_an_unknown_section_and_an_unknown_variable_are_refused_too(written):
    (line,) = refused(written, "[newsrom]\nzone = 'UTC'\n")
    assert "unknown key `newsrom`; did you mean `newsroom`?" in line
    (line,) = refused(written, "", LIVEDESK_PUBLISHER="x")
    assert line == "LIVEDESK_PUBLISHER: unknown key `publisher`; there are newsroom, store, log, health, accounts"


def test_every_mistake_is_told_at_once(written):
    lines = refused(written, '[newsroom]\nzone = "Mars/Olympus"\nundo_seconds = -1\nlanguage = "English"\n')
    assert len(lines) == 3
    assert "newsroom.zone: not an IANA time zone; write one like Europe/London" in "\n".join(lines)


@pytest.mark.parametrize("zone", ["", "Europe", "../etc/passwd", "/etc/localtime", "Europe/Nowhere", "A" * 5000])
def test_what_is_no_time_zone_is_refused(written, zone):
    (line,) = refused(written, "", LIVEDESK_NEWSROOM__ZONE=zone or " ")
    assert "not an IANA time zone" in line


@pytest.mark.parametrize(
    ("text", "line"),
    [("[newsroom]\nzone = \n", 2), ("zone = 'UTC'\n[newsroom\n", 2), ('[store]\nurl = "x\n', 2)],
)
def test_a_file_that_is_not_toml_is_shown_with_its_line(written, tmp_path, text, line):
    (told,) = refused(written, text)
    assert told.startswith(f"{tmp_path}/livedesk.toml:{line}: not TOML: ")


def test_a_named_settings_file_must_be_there(tmp_path):
    with pytest.raises(SettingsTrouble, match="there is no such settings file"):
        settings.read(None, {"LIVEDESK_CONFIG": str(tmp_path / "gone.toml")})
    with pytest.raises(SettingsTrouble, match="there is no such folder of secrets"):
        settings.read(None, {"LIVEDESK_SECRETS": str(tmp_path / "gone")})


def test_a_settings_file_of_bytes_or_a_folder_is_refused_in_one_line(tmp_path):
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsTrouble, match="not UTF-8 text"):
        settings.read(tmp_path / "bytes.toml", {})
    with pytest.raises(SettingsTrouble, match="cannot be read"):
        settings.read(tmp_path, {})


def test_the_store_may_be_sqlite_or_postgresql_and_nothing_else(written, tmp_path, monkeypatch):
    monkeypatch.chdir("/")
    from_file = written('[store]\nurl = "sqlite:///here.sqlite"\n').store.url.get_secret_value()
    from_environment = written("", LIVEDESK_STORE__URL="sqlite:///there.sqlite").store.url.get_secret_value()
    assert (from_file, from_environment) == (f"sqlite:///{tmp_path}/here.sqlite", "sqlite:////there.sqlite")
    (line,) = refused(written, "", LIVEDESK_STORE__URL=f"mysql://desk:{CANARY}@db/livedesk")
    assert line == "LIVEDESK_STORE__URL: store.url: write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"


def test_a_setting_of_the_wrong_shape_is_refused_in_one_line(written):
    for text in ('store = "x"\n', "accounts = 3\n", '[accounts]\nname = "x"\n', "newsroom = []\n"):
        assert len(refused(written, text)) == 1
        refused(written, text, LIVEDESK_ACCOUNTS__0__TOKEN=CANARY)


def test_no_secret_shows_when_settings_are_printed(written):
    read = written(
        ACCOUNT,
        LIVEDESK_ACCOUNTS__0__TOKEN=CANARY,
        LIVEDESK_STORE__URL=f"postgresql://desk:{CANARY}@db/livedesk",
    )
    for shown in (repr(read), str(read), str(read.model_dump()), read.model_dump_json()):
        assert CANARY not in shown


def test_empty_variables_count_as_not_given(written):
    assert written("", LIVEDESK_NEWSROOM__ZONE="", LIVEDESK_ACCOUNTS__0__TOKEN="").newsroom.zone == "UTC"


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("127.0.0.1:8081", ("127.0.0.1", 8081)),
        ("0.0.0.0:0", ("0.0.0.0", 0)),
        ("localhost:9", ("localhost", 9)),
        ("[::1]:65535", ("::1", 65535)),
        ("", None),
    ],
)
def test_health_is_answered_where_the_operator_says(written, given, address):
    assert written(f'[health]\nlisten = "{given}"\n').health.address == address


@pytest.mark.parametrize(
    "given", ["8081", "127.0.0.1", "127.0.0.1:", ":8081", "::1:8081", "[::1]:65536", "a b:1", "x:1"]
)
def test_health_is_not_answered_at_what_is_no_address(written, given):
    (line,) = refused(written, f'[health]\nlisten = "{given}"\n')
    assert line.endswith(
        "health.listen: write HOST:PORT, for example 127.0.0.1:8081, or leave it empty to answer nobody"
    )


def test_health_is_answered_on_this_machine_alone_unless_told_otherwise():
    assert settings.Settings().health.address == ("127.0.0.1", 8081)


@pytest.mark.parametrize(
    ("url", "passwords"),
    [
        ("postgresql://desk:s3cret@db.example/livedesk", ("s3cret",)),
        ("postgresql://desk:p%40ss%2Fw@db.example/livedesk", ("p%40ss%2Fw", "p@ss/w")),
        ("postgresql://desk:a@b:c@db.example/livedesk", ("a@b:c",)),
        ("postgresql://desk@db.example/livedesk", ()),
        ("postgresql:///livedesk", ()),
        ("sqlite:///desk.sqlite", ()),
    ],
)
def test_the_stores_password_is_known_to_whoever_hides_it(written, url, passwords):
    assert written(f'[store]\nurl = "{url}"\n').store.passwords() == passwords
