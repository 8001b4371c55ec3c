"""Every setting: environment (`FIRSTWORD_…`) or a `.env` file, with default, unit and help.

Read once, in `app.py` and `cli.py`; nothing else knows of the environment.
"""

import os
import secrets
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from .domain.errors import Invalid
from .live import cluster
from .live.rates import parse_rate

UNSET_IF_EMPTY = (
    "database_url",
    "redis_url",
    "secret_key",
    "public_url",
    "connections",
    "model",
    "traces_url",
    "refused_days",
    "smtp_url",
    "mail_from",
    "worker_port",
    "sso_secret",
    "sso_jwks_url",
    "sso_issuer",
    "sso_audience",
)
Listed = Annotated[tuple[str, ...], NoDecode]  # written with commas


class Settings(BaseSettings):
    """The service's settings."""

    model_config = SettingsConfigDict(env_prefix="FIRSTWORD_", env_file=".env", extra="ignore", frozen=True)

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    data_dir: Path = Field(Path("var"), description="Folder of the embedded database, Redis and secret key.")
    database_url: str | None = Field(None, description="postgresql://… ; unset: SQLite in the data dir.")
    redis_url: str | None = Field(
        None,
        description="redis://…, rediss://… or unix://…, of a cluster redis+cluster://host:port,host:port or "
        "rediss+cluster://… ; unset: an embedded server in the data dir.",
    )
    secret_key: str | None = Field(
        None, min_length=32, description="Signs tokens; unset: made in the data dir."
    )
    model: Path | None = Field(None, description="Model folder that overrules the promoted one.")
    workers: int = Field(1, ge=1, le=64, description="Web processes; more than 1 needs PostgreSQL.")
    connections: int | None = Field(
        None, ge=1, le=1_000_000, description="Open connections of one web process; unset: by the file limit."
    )
    worker_port: int | None = Field(
        None, ge=1, le=65535, description="Port for the metrics of `firstword worker`; unset: it gives none."
    )
    post_rate: str = Field("10/minute", description="Posts per reader and per address block, or off.")
    storm_rate: str = Field(
        "300/minute",
        description="Strangers' posts on a site in one web process, beyond which each must carry a proof of "
        "work; or off (as it is while the post rate is off).",
    )
    smtp_url: SecretStr | None = Field(
        None,
        description="Sends replies by e-mail: smtp://user:password@host:587 (STARTTLS), smtps://…, "
        "or smtp+plain:// for one on this machine; needs FIRSTWORD_MAIL_FROM and FIRSTWORD_PUBLIC_URL.",
    )
    mail_from: str | None = Field(None, description="Sender of these letters, such as comments@example.org.")
    score_rate: str = Field("off", description="Scoring requests per API token, or off.")
    scorer_keys: Listed = Field(
        (), description="Keys of `firstword scorer` where it has no database, with commas."
    )
    public_url: str | None = Field(
        None, description="Address that readers know, such as https://comments.example.org."
    )
    allowed_origins: Listed = Field((), description="Sites that may embed the widget, with commas.")
    address_days: int = Field(
        30,
        ge=1,
        le=3650,
        description="Days after which addresses are deleted, and who notified us of what.",
    )
    traces_url: str | None = Field(
        None, description="Collector of OpenTelemetry (OTLP over HTTP); needs firstword[otel]."
    )
    refused_days: int | None = Field(
        None,
        ge=1,
        le=3650,
        description="Days after which texts of refused comments are deleted; unset: kept.",
    )
    trusted_proxies: Listed = Field((), description="Addresses whose X-Forwarded-* counts, with commas.")
    allowed_hosts: Listed = Field((), description="Host names to answer for, with commas; empty: any.")
    sso_secret: SecretStr | None = Field(
        None, min_length=32, description="Secret shared with the site's sign-in, for tokens signed by HS256."
    )
    sso_jwks_url: str | None = Field(
        None, description="https://… of the public keys (JWKS) of tokens signed by RS256 or EdDSA."
    )
    sso_issuer: str | None = Field(None, description="Who signs readers in: the claim iss of every token.")
    sso_audience: str | None = Field(None, description="What tokens must be meant for: their claim aud.")
    sso_leeway: int = Field(
        30, ge=0, le=300, description="Seconds by which clocks may differ (exp, nbf, iat)."
    )
    sso_roles: bool = Field(
        False, description="Honour the claims role (staff, moderator; never admin) and author_of."
    )
    sso_allow_private: bool = Field(
        False, description="Fetch keys from private networks too, and from loopback without TLS."
    )

    @field_validator("allowed_origins", "trusted_proxies", "allowed_hosts", "scorer_keys", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip().rstrip("/") for part in value.split(",") if part.strip())
        return value

    @field_validator(*UNSET_IF_EMPTY, mode="before")
    @classmethod
    def _unset_if_empty(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("post_rate", "score_rate", "storm_rate")
    @classmethod
    def _is_rate(cls, value: str) -> str:
        try:
            parse_rate(value)
        except Invalid as error:
            raise ValueError(error.detail) from error
        return value

    @field_validator("traces_url")
    @classmethod
    def _is_collector(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("it must begin with http:// or https://")
        return value and value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _is_database(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(
            ("postgresql://", "postgresql+psycopg://", "sqlite://")
        ):
            raise ValueError("it must begin with postgresql:// or sqlite://")
        return value

    @field_validator("redis_url")
    @classmethod
    def _is_redis(cls, value: str | None) -> str | None:
        if value is not None and cluster.is_cluster(value):
            try:
                cluster.parse(value)
            except Invalid as error:
                raise ValueError(error.detail) from error
        elif value is not None and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("it must begin with redis://, rediss://, unix:// or redis+cluster://")
        return value

    @model_validator(mode="after")
    def _sqlite_has_one_writer(self) -> "Settings":
        if self.workers > 1 and self.is_embedded_database:
            raise ValueError(
                "FIRSTWORD_WORKERS above 1 needs PostgreSQL (FIRSTWORD_DATABASE_URL): "
                "SQLite takes one web process"
            )
        return self

    @field_validator("sso_jwks_url")
    @classmethod
    def _is_key_set(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("https://", "http://")):
            raise ValueError("it must begin with https://")
        return value

    @model_validator(mode="after")
    def _mail_is_whole(self) -> "Settings":
        if self.smtp_url is None:
            return self
        if not self.smtp_url.get_secret_value().startswith(("smtp://", "smtps://", "smtp+plain://")):
            raise ValueError("FIRSTWORD_SMTP_URL: it must begin with smtp://, smtps:// or smtp+plain://")
        given = {"FIRSTWORD_MAIL_FROM": self.mail_from, "FIRSTWORD_PUBLIC_URL": self.public_url}
        if missing := [name for name, value in given.items() if not value]:
            raise ValueError(f"{missing[0]}: letters need it, set it beside FIRSTWORD_SMTP_URL")
        return self

    @model_validator(mode="after")
    def _sign_in_is_whole(self) -> "Settings":
        if self.sso_jwks_url and self.sso_jwks_url.startswith("http://") and not self.sso_allow_private:
            raise ValueError(
                "FIRSTWORD_SSO_JWKS_URL: it must begin with https:// (http:// is for loopback alone, with "
                "FIRSTWORD_SSO_ALLOW_PRIVATE)"
            )
        has_key = self.sso_secret is not None or self.sso_jwks_url is not None
        given = {"FIRSTWORD_SSO_ISSUER": self.sso_issuer, "FIRSTWORD_SSO_AUDIENCE": self.sso_audience}
        missing = [name for name, value in given.items() if not value]
        if has_key and missing:
            raise ValueError(
                f"{missing[0]}: it must be set too, so that no other service's token is believed"
            )
        if not has_key and len(missing) < len(given):
            raise ValueError(
                "FIRSTWORD_SSO_SECRET: it or FIRSTWORD_SSO_JWKS_URL must be set to sign readers in"
            )
        return self

    @property
    def is_embedded_database(self) -> bool:
        """Tell whether SQLite holds the truth."""
        return self.database_url is None or self.database_url.startswith("sqlite://")


def load(**overrides: object) -> Settings:
    """Read the settings. Raises Invalid with one sentence that names each wrong one."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        wrong = [_sentence(each["loc"], each["msg"]) for each in error.errors()]
        raise Invalid("; ".join(wrong) + ".") from error


def data_folder(settings: Settings) -> Path:
    """Return the data dir, made where it is not there; only its owner may look into it."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return settings.data_dir


def secret_key(settings: Settings) -> str:
    """Return the secret key, made once in the data dir where none is set (mode 600)."""
    if settings.secret_key:
        return settings.secret_key
    path = data_folder(settings) / "secret.key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


def _sentence(where: tuple[int | str, ...], message: str) -> str:
    said = message.removeprefix("Value error, ")
    return f"FIRSTWORD_{str(where[0]).upper()}: {said}" if where else said
