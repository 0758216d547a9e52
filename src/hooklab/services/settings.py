"""What the apps of several exercises read from outside; each may add to it in a subclass."""

import string
from dataclasses import dataclass
from random import Random
from typing import Annotated, Literal

from pydantic import Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

BASE64 = string.ascii_letters + string.digits + "+/"


@dataclass(frozen=True)
class Drawn:
    """Marks a setting for which hooklab makes up a value, another one for each check.

    `hooklab lab` does so too for what is secret. With `Annotated[SecretStr, Drawn("key_")]` the
    values look like `key_` and 32 digits.

    Attributes:
        before: what each value begins with.
        length: how many letters are drawn.
        after: what each value ends with.
        of: the letters to draw from; hexadecimal digits by default.
    """

    before: str
    length: int = 32
    after: str = ""
    of: str = "0123456789abcdef"

    def draw(self, chance: Random) -> str:
        """A new value."""
        return f"{self.before}{''.join(chance.choices(self.of, k=self.length))}{self.after}"


class Settings(BaseSettings):
    """Read from the environment, then from `.env`; `.env.example` lists every variable.

    The names of the variables are the names of the fields in capitals.
    """

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    database_url: str = "sqlite:///app.db"
    """Where the app keeps its tables: SQLite, or `postgresql+psycopg://user:password@host/name`."""

    clerk_webhook_signing_secret: Annotated[SecretStr, Drawn("whsec_", of=BASE64)] = SecretStr("")
    """The endpoint's secret, from Clerk's dashboard: `whsec_` and base64."""

    clerk_secret_key: SecretStr = SecretStr("")
    """The secret key of Clerk's Backend API, `sk_test_…` or `sk_live_…`, under Clerk's own name."""

    clerk_api_url: str = "https://api.clerk.com"
    """Where Clerk's Backend API is."""

    cron_secret: Annotated[SecretStr, Drawn("cron_")] = SecretStr("")
    """The bearer token of `POST /internal/cron`."""

    session_secret: Annotated[SecretStr, Drawn("session_")] = SecretStr("")
    """The key that signs the session tokens of the app's own users."""

    app_url: Annotated[str, Drawn("https://app-", 6, ".example.com")] = "http://localhost:8000"
    """Where people reach the app."""

    smtp_host: str = "127.0.0.1"
    smtp_port: int = 1025
    """The mail server."""

    smtp_timeout_seconds: float = Field(default=5.0, gt=0)
    """How long to wait for the mail server: far below the 15 s that Svix waits for the app."""

    mail_from: str = "hello@example.com"
    """The sender of every e-mail."""

    mail_retry_base_seconds: int = Field(default=60, gt=0)
    """The delay after a first failed attempt at an e-mail; it doubles after each further one."""

    mail_retry_cap_seconds: int = Field(default=3600, gt=0)
    """The longest delay between two attempts."""

    mail_max_attempts: int = Field(default=8, gt=0)
    """After so many failed attempts an e-mail is given up, and stays visible as such."""

    mail_lease_seconds: int = Field(default=300, gt=0)
    """How long a claimed e-mail belongs to whoever claimed it."""

    slack_webhook_url: SecretStr = SecretStr("")
    """Slack's incoming webhook; whoever knows this address can post to the channel."""

    app_language: Literal["en", "fr"] = "en"
    """The language of the words that the app itself writes: `en` or `fr`."""

    mobile_app_url: str = "http://localhost:8032"
    mobile_app_secret: SecretStr = SecretStr("")
    """Where the mobile application listens, and the secret (`whsec_`) of what is sent to it.

    While the secret is being changed there are two, with a space between.
    """

    admin_app_url: str = "http://localhost:8033"
    admin_app_secret: SecretStr = SecretStr("")
    """The same for the administration."""

    billing_app_url: str = "http://localhost:8034"
    billing_app_secret: SecretStr = SecretStr("")
    """The same for the billing application."""

    sync_timeout_seconds: float = Field(default=5.0, gt=0)
    """How long one attempt to tell an application of a change may take in all."""

    stripe_api_key: SecretStr = SecretStr("")
    """The secret key of the Stripe account, `sk_test_…` or `sk_live_…`."""

    stripe_api_url: str = "https://api.stripe.com"
    """Where Stripe's API is."""

    mailchimp_api_key: SecretStr = SecretStr("")
    """The key of the Mailchimp account; its end, such as `-us1`, names the data centre."""

    mailchimp_api_url: str = "https://us1.api.mailchimp.com"
    """Where Mailchimp's API is: its name begins with that of the account's data centre."""

    mailchimp_list_id: str = ""
    """The mailing list, which Mailchimp also calls an audience."""

    intercom_access_token: SecretStr = SecretStr("")
    """The access token of the Intercom workspace."""

    intercom_api_url: str = "https://api.intercom.io"
    """Where Intercom's API is; `https://api.eu.intercom.io` for a workspace in Europe."""

    segment_write_key: SecretStr = SecretStr("")
    """The write key of the Segment source."""

    segment_api_url: str = "https://api.segment.io"
    """Where Segment's API is; `https://eu1.api.segmentapis.com` for a workspace in Europe."""

    admin_token: Annotated[SecretStr, Drawn("admin_")] = SecretStr("")
    """What opens the routes and pages of the administration: a bearer token, or a password."""

    redis_url: str = "redis://localhost:6379/0"
    """Where Redis is: `redis://host:port/number-of-the-database`."""

    expo_access_token: SecretStr = SecretStr("")
    """The access token of the project at Expo, which carries notifications to telephones."""

    expo_push_url: str = "https://exp.host"
    """Where Expo's push service is."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - there is no such folder
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment, and `.env` when there is something in it.

        Asking an empty file for every field takes as long as asking the environment. Of the
        environment, only the variables that are set are looked at; there are no lists and no
        aliases. A worker does all this at each start.
        """
        found = env_settings.env_vars if isinstance(env_settings, EnvSettingsSource) else {}
        known = {name: found[name] for name in settings_cls.model_fields if name in found}
        environment = InitSettingsSource(settings_cls, known)
        has_file = isinstance(dotenv_settings, DotEnvSettingsSource) and dotenv_settings.env_vars
        return (init_settings, environment, *([dotenv_settings] if has_file else []))
