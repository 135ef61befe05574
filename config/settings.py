"""Every setting, with its meaning and its default. `read()` reads file and environment once; nothing happens at import.

`livedesk.toml` beside this file shows the same defaults with a sentence each; a test keeps the two alike.
"""

import difflib
import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from config import layers
from config.layers import SettingsTrouble

HOUSE = Path(__file__).resolve().parent.parent
FILE = HOUSE / "config" / "livedesk.toml"
STORE = HOUSE / "var" / "livedesk.sqlite"

_SQLITE = "sqlite:///"
_POSTGRESQL = ("postgresql://", "postgresql+psycopg://")
_PASSWORD = re.compile(r"://[^:/@]*:(.+)@")
# HOST:PORT; the address of an interface rather than a name, so that a name server never decides who may ask.
_ADDRESS = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<host>[0-9.]+|localhost)):(?P<port>\d{1,5})")
_LAST_PORT = 65535


class _Section(BaseModel):
    # hide_input: a mistyped line may hold a token.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, str_strip_whitespace=True)


class Newsroom(_Section):
    """The newsroom's own habits."""

    publisher: str = ""
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] = "en"
    zone: str = "UTC"
    undo_seconds: Annotated[float, Field(ge=0, le=60)] = 5
    alert_delay_seconds: Annotated[float, Field(ge=10, le=600)] = 30

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):  # not found; not a name; the name of a folder
            raise ValueError("not an IANA time zone; write one like Europe/London") from None
        return name


class Store(_Section):
    """Where everything is kept."""

    url: SecretStr = SecretStr("")

    @field_validator("url")
    @classmethod
    def _known_database(cls, url: SecretStr) -> SecretStr:
        given = url.get_secret_value() or f"{_SQLITE}{STORE}"
        if not given.startswith((_SQLITE, *_POSTGRESQL)):
            raise ValueError("write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")
        return SecretStr(given)

    model_config = ConfigDict(validate_default=True)

    def passwords(self) -> tuple[str, ...]:
        """The database's password, as it stands in the address and as it is meant: what no log line may hold."""
        found = _PASSWORD.search(self.url.get_secret_value())
        return () if found is None else tuple(dict.fromkeys((found[1], unquote(found[1]))))


class Log(_Section):
    """What is written to standard error while Livedesk runs."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    form: Literal["auto", "text", "json"] = "auto"


class Health(_Section):
    """Where to ask whether all is well."""

    listen: str = "127.0.0.1:8081"

    @field_validator("listen")
    @classmethod
    def _an_address(cls, given: str) -> str:
        match = _ADDRESS.fullmatch(given)
        if given and (match is None or int(match["port"]) > _LAST_PORT):
            raise ValueError("write HOST:PORT, for example 127.0.0.1:8081, or leave it empty to answer nobody")
        return given

    @property
    def address(self) -> tuple[str, int] | None:
        """Host and port to listen at; None: nobody is answered."""
        match = _ADDRESS.fullmatch(self.listen)
        return None if match is None else (match["six"] or match["host"], int(match["port"]))


class Account(_Section):
    """One bot identity on one platform."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
    platform: Literal["telegram", "discord"]
    token: SecretStr | None = None
    token_file: Path | None = None

    @model_validator(mode="after")
    def _one_token(self) -> "Account":
        if self.token is not None and self.token_file is not None:
            raise ValueError("give `token` or `token_file`, not both")
        return self

    def secret(self) -> str:
        """The token itself, for whoever connects.

        Raises SettingsTrouble when there is none, or its file is missing, empty or open to others.
        """
        if self.token_file is not None:
            token = _read_secret_file(self.token_file)
            if not token:
                raise SettingsTrouble(f"{self.token_file} is empty: put the token of account `{self.name}` into it")
        elif self.token is not None:
            token = self.token.get_secret_value()
        else:
            token = ""
        if not token:
            raise SettingsTrouble(f"account `{self.name}` has no token: give it `token_file`, a file of mode 600")
        if any(not sign.isascii() or not sign.isprintable() or sign == " " for sign in token):
            raise SettingsTrouble(f"account `{self.name}`: the token has signs no token has; copy it again")
        return token


class Settings(_Section):
    """Everything that differs between two installations."""

    newsroom: Newsroom = Newsroom()
    store: Store = Field(default_factory=Store)
    log: Log = Log()
    health: Health = Health()
    accounts: tuple[Account, ...] = ()

    @field_validator("accounts")
    @classmethod
    def _each_once(cls, accounts: tuple[Account, ...]) -> tuple[Account, ...]:
        names = [account.name for account in accounts]
        if doubled := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"two accounts are called `{doubled}`; a name is used once")
        return accounts


def file_in_force(file: Path | None = None, environ: Mapping[str, str] | None = None) -> Path | None:
    """Which settings file is read: the one given, else LIVEDESK_CONFIG, else ours when it is there."""
    named = file or (os.environ if environ is None else environ).get("LIVEDESK_CONFIG")
    if named:
        return Path(named).expanduser()
    return FILE if FILE.exists() else None


def read(file: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings in force. Raises SettingsTrouble, one line a mistake, without any value in it."""
    environ = os.environ if environ is None else environ
    source = file_in_force(file, environ)
    gathered = layers.gather(source, environ)
    if source is not None:
        _count_paths_from(source.parent, gathered)
    try:
        settings = Settings.model_validate(gathered.values)
    except ValidationError as error:
        raise SettingsTrouble(*_told(error, gathered)) from None
    if source is not None:
        _refuse_open_tokens(source, gathered)
    return settings


def _count_paths_from(folder: Path, gathered: layers.Gathered) -> None:
    """Let relative paths count from the settings file that names them; those of the environment from where we stand."""
    for path, origin in gathered.origins.items():
        if path[-1] not in ("token_file", "url"):
            continue
        here: Any = gathered.values
        for step in path[:-1]:
            here = here[step] if not isinstance(here, dict) else here.get(step, {})
        given = here.get(path[-1]) if isinstance(here, dict) else None
        if isinstance(given, str) and given:
            base = folder if origin.layer is layers.Layer.FILE else Path.cwd()
            here[path[-1]] = _rooted(given, base, is_url=path[-1] == "url")


def _rooted(given: str, base: Path, *, is_url: bool) -> str:
    if not is_url:
        return str(base / Path(given).expanduser())
    if not given.startswith(_SQLITE):
        return given
    return _SQLITE + str((base / Path(given.removeprefix(_SQLITE)).expanduser()).absolute())


def _refuse_open_tokens(file: Path, gathered: layers.Gathered) -> None:
    """A settings file that holds a token itself must be ours alone to read."""
    for path, origin in gathered.origins.items():
        if path[-1] == "token" and origin.layer is layers.Layer.FILE and _open_to_others(file):
            raise SettingsTrouble(f"{origin.words}: others can read this token: chmod 600 {file}, or use `token_file`")


def _open_to_others(file: Path) -> bool:
    return bool(stat.S_IMODE(file.stat().st_mode) & 0o077)


def _read_secret_file(file: Path) -> str:
    try:
        if _open_to_others(file):
            raise SettingsTrouble(f"{file}: others can read this token: chmod 600 {file}")
        return file.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise SettingsTrouble(
            f"{file}: there is no such token file; write the token into it and chmod 600 it"
        ) from None
    except UnicodeDecodeError:
        raise SettingsTrouble(f"{file}: not a token: not text") from None
    except OSError as error:
        raise SettingsTrouble(f"{file}: cannot be read: {error.strerror}") from None


def _told(error: ValidationError, gathered: layers.Gathered) -> Iterator[str]:
    for mistake in error.errors(include_url=False, include_context=False, include_input=False):
        path = mistake["loc"]
        where = gathered.origin(path)
        if mistake["type"] == "extra_forbidden":
            yield f"{where}: unknown key `{path[-1]}`{_in_section(path)}{_nearest(path)}"
        elif mistake["type"] == "missing":
            yield f"{where}: `{path[-1]}` is missing{_in_section(path)}"
        else:
            yield f"{where}: {_dotted(path)}: {mistake['msg'].removeprefix('Value error, ')}"


def _dotted(path: layers.KeyPath) -> str:
    return ".".join(str(step) for step in path)


def _in_section(path: layers.KeyPath) -> str:
    return f" in [{_dotted(path[:-1])}]" if len(path) > 1 else ""


def _nearest(path: layers.KeyPath) -> str:
    """The key that was probably meant, else all that there are."""
    known = list(_keys_at(path[:-1]))
    near = difflib.get_close_matches(str(path[-1]), known, n=1, cutoff=0.5)
    return f"; did you mean `{near[0]}`?" if near else f"; there are {', '.join(known)}"


def _keys_at(path: layers.KeyPath) -> Iterator[str]:
    sections: dict[str, type[BaseModel]] = {
        "newsroom": Newsroom,
        "store": Store,
        "log": Log,
        "health": Health,
        "accounts": Account,
    }
    yield from (sections[str(path[0])] if path else Settings).model_fields
