"""What an operator sets: `interlude.toml` beside the checkout, every value also as INTERLUDE_… variable.

Secrets come from the environment or from files named there, never from the toml.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from interlude.message import InterludeError

HOME = Path(__file__).resolve().parent.parent


class Web(BaseModel):
    """Where the app listens, and the address people reach it by."""

    host: str = "127.0.0.1"
    port: int = Field(8080, ge=1, le=65535)
    public_url: str = ""
    exit_url: str = "about:blank"


class Rasa(BaseModel):
    """The Rasa processes the app may ask, and how long it waits.

    `timeout` is longer than Rasa's own response timeout (25 s): a client that hangs up early makes
    Rasa throw the whole turn away.
    """

    addresses: list[str] = ["http://127.0.0.1:5005"]
    timeout: float = Field(30.0, gt=0)


class Actions(BaseModel):
    """Where `interlude actions` listens (loopback), and its bound on one action in seconds."""

    host: str = "127.0.0.1"
    port: int = Field(5055, ge=1, le=65535)
    bound: float = Field(8.0, gt=0)


class Mail(BaseModel):
    """The mail server of the `email` pager."""

    host: str = "127.0.0.1"
    port: int = 25
    sender: str = "interlude@localhost"
    starttls: bool = False
    user: str = ""


class Settings(BaseSettings):
    """All settings. Every field can be set as INTERLUDE_<FIELD>, nested ones as INTERLUDE_WEB__PORT."""

    model_config = SettingsConfigDict(
        env_prefix="INTERLUDE_", env_nested_delimiter="__", toml_file=HOME / "interlude.toml", extra="forbid"
    )

    mode: str = Field("demo", pattern="^(demo|production)$")
    store_url: str = "sqlite+aiosqlite:///var/interlude.db"
    channels: list[str] = ["web"]
    web: Web = Web()
    rasa: Rasa = Rasa()
    actions: Actions = Actions()
    mail: Mail = Mail()
    models: Path = Path("models")
    keys: SecretStr = SecretStr("")
    actions_secret: SecretStr = SecretStr("")
    mail_password: SecretStr = SecretStr("")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then interlude.toml."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def read_settings(**values: Any) -> Settings:
    """The settings in force. Raises InterludeError naming each wrong value and where to mend it."""
    try:
        return Settings(**values)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(str(part) for part in found['loc'])}: {found['msg']}" for found in error.errors()
        )
        raise InterludeError(
            f"A setting is wrong ({wrong}); mend it in interlude.toml or INTERLUDE_…."
        ) from error
    except ValueError as error:
        raise InterludeError(f"interlude.toml can't be read ({error}); mend it there.") from error
