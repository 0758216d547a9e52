"""Everything that an exercise reads from outside, in one place."""

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)


class Settings(BaseSettings):
    """Read from the environment, then from `.env`; `.env.example` lists every variable.

    The names of the variables are the names of the fields in capitals.
    """

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    database_url: str = "sqlite:///app.db"
    """Where the app keeps its tables: SQLite, or `postgresql+psycopg://…`."""

    clerk_webhook_signing_secret: SecretStr = SecretStr("")
    """The endpoint's secret, `whsec_` and base64, under Clerk's own name for it."""

    clerk_secret_key: SecretStr = SecretStr("")
    """The secret key of Clerk's Backend API, `sk_test_…` or `sk_live_…`, under Clerk's own name."""

    clerk_api_url: str = "https://api.clerk.com"
    """Where Clerk's Backend API is."""

    migration_page_size: int = Field(default=500, ge=1, le=500)
    """How many users one page of Clerk's list holds; 500 is the most that Clerk gives."""

    migration_pause_percent: float = Field(default=5.0, ge=0)
    """When more of Clerk's users than this differ from the table, in percent, webhooks pause."""

    cron_secret: SecretStr = SecretStr("")
    """The bearer token of `POST /internal/cron`."""

    session_secret: SecretStr = SecretStr("")
    """The key that signs the session tokens of the app's own users."""

    app_url: str = "http://localhost:8000"
    """Where people reach the app."""

    docs_url: str = "http://localhost:8000/docs"
    """Where new users find the documentation."""

    welcome_offer_code: str = "WELCOME"
    """The new-user offer that the welcome e-mail carries."""

    smtp_host: str = "127.0.0.1"
    smtp_port: int = 1025
    smtp_timeout_seconds: float = Field(default=5.0, gt=0)
    """How long to wait for the mail server: far below the 15 s that Svix waits for the app."""

    mail_from: str = "hello@example.com"
    """The sender of every e-mail."""

    mail_retry_base_seconds: int = Field(default=60, gt=0)
    """The delay after a first failed attempt; it doubles after each further one."""

    mail_retry_cap_seconds: int = Field(default=3600, gt=0)
    """The longest delay between two attempts."""

    mail_max_attempts: int = Field(default=8, gt=0)
    """After so many failed attempts an e-mail is given up, and stays visible as such."""

    mail_lease_seconds: int = Field(default=300, gt=0)
    """How long a claimed e-mail belongs to whoever claimed it."""

    onboarding_reminder_hours: int = Field(default=48, gt=0)
    """How long after sign-up somebody is reminded of an onboarding that is not complete."""

    slack_webhook_url: SecretStr = SecretStr("")
    """Slack's incoming webhook; whoever knows this address can post to the channel."""

    fraud_max_countries: int = Field(default=3, ge=1)
    """Sign-ins from more countries than this within `fraud_countries_hours` are suspicious."""

    fraud_countries_hours: int = Field(default=24, gt=0)
    """The window in which countries are counted."""

    fraud_max_sessions: int = Field(default=5, ge=1)
    """More sessions than this within `fraud_sessions_minutes` are suspicious."""

    fraud_sessions_minutes: int = Field(default=10, gt=0)
    """The window in which sessions are counted."""

    fraud_absence_days: int = Field(default=90, gt=0)
    """A sign-in after a longer absence than this is suspicious."""

    fraud_cooldown_hours: int = Field(default=24, gt=0)
    """How long a rule that has raised an alert is silent for the same user."""

    fraud_rules_off: str = ""
    """Names of rules that are switched off, with commas; a misspelt name switches nothing off."""

    alert_retry_base_seconds: int = Field(default=60, gt=0)
    """The delay after a first failed attempt to send an alert; it doubles after each one."""

    alert_retry_cap_seconds: int = Field(default=900, gt=0)
    """The longest delay between two attempts to send an alert."""

    alert_max_attempts: int = Field(default=100, gt=0)
    """After so many failed attempts an alert is given up."""

    session_ip_retention_days: int = Field(default=30, gt=0)
    """After so many days the IP address of a session is forgotten."""

    app_language: Literal["en", "fr"] = "en"
    """The language of the words that the app itself writes."""

    uploads_dir: str = "uploads"
    """The folder for the files that users send; a relative one is below the working directory."""

    erasure_hash_key: SecretStr = SecretStr("")
    """The key of the hashes by which erased people are known; whoever has it can recognise them."""

    erasure_retry_base_seconds: int = Field(default=60, gt=0)
    """The delay after a first failed attempt at a step of an erasure; it doubles each time."""

    erasure_retry_cap_seconds: int = Field(default=3600, gt=0)
    """The longest delay between two attempts at a step. No step is ever given up."""

    erasure_lease_seconds: int = Field(default=300, gt=0)
    """How long claimed work of an erasure belongs to whoever claimed it."""

    clerk_app_id: str = "app_yours"
    """The application's `app_…` in Clerk's dashboard, which is part of every address there."""

    integration_retry_base_seconds: int = Field(default=60, gt=0)
    """The delay after a first failed call of somebody else's service; it doubles each time."""

    integration_retry_cap_seconds: int = Field(default=3600, gt=0)
    """The longest delay between two calls, unless the service itself asks for more."""

    integration_max_attempts: int = Field(default=8, gt=0)
    """After so many failed attempts a service is no longer told, and the row says so."""

    integration_lease_seconds: int = Field(default=300, gt=0)
    """How long claimed work belongs to whoever claimed it."""

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

    sync_retry_base_seconds: int = Field(default=60, gt=0)
    """The delay after a first failed attempt; it doubles after each further one."""

    sync_retry_cap_seconds: int = Field(default=3600, gt=0)
    """The longest delay between two attempts, unless the application asks for a longer one."""

    sync_lease_seconds: int = Field(default=300, gt=0)
    """How long a claimed message belongs to whoever claimed it."""

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

    admin_token: SecretStr = SecretStr("")
    """What opens the routes and pages of the administration: a bearer token, or a password."""

    analytics_time_zone: str = "Europe/Paris"
    """The zone in which analytics' hours and days are counted, by its IANA name."""

    analytics_signup_session_seconds: int = Field(default=60, ge=0)
    """A session that begins sooner than this after its user was made belongs to the sign-up."""

    analytics_message_prefix: str = "hooklab-"
    """What the ids of messages to Segment begin with: other companies' ids share its memory."""

    monitoring_time_zone: str = "Europe/Paris"
    """The zone in which the days of the webhook statistics begin, by its IANA name."""

    failure_alert_percent: float = Field(default=5.0, ge=0, lt=100)
    """When more webhooks than this have failed, in percent, an alert is raised."""

    failure_alert_window_minutes: int = Field(default=60, gt=0)
    """How far back webhooks count for that."""

    failure_alert_minimum: int = Field(default=20, gt=0)
    """Fewer webhooks than this say nothing."""

    failure_alert_cooldown_minutes: int = Field(default=60, gt=0)
    """How long after an alert no other one is raised."""

    inbox_batch: int = Field(default=50, ge=1)
    """How many entries of the inbox one run of the scheduler works on at most."""

    inbox_lease_seconds: int = Field(default=300, gt=0)
    """How long a claimed entry belongs to whoever claimed it."""

    inbox_retry_base_seconds: int = Field(default=60, gt=0)
    """The delay after a first failed attempt; it doubles after each further one."""

    inbox_retry_cap_seconds: int = Field(default=3600, gt=0)
    """The longest delay between two attempts, unless a service asks for a longer one."""

    inbox_max_attempts: int = Field(default=5, gt=0)
    """After so many attempts that failed for no known reason, an entry is parked."""

    reconcile_hours: int = Field(default=24, gt=0)
    """How often the table is compared with Clerk's list."""

    reconcile_page_size: int = Field(default=500, ge=1, le=500)
    """How many users one page of Clerk's list holds; 500 is the most that Clerk gives."""

    reconcile_brake_percent: float = Field(default=5.0, ge=0)
    """With more of the table's users missing from the list, in percent, nobody is deleted."""

    silence_hours: int = Field(default=6, gt=0)
    """How long no delivery may come before an alarm is raised."""

    silence_cooldown_hours: int = Field(default=12, gt=0)
    """How long after an alarm about silence no other one is raised."""

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
        aliases. A worker of the grader does all this at each start.
        """
        found = env_settings.env_vars if isinstance(env_settings, EnvSettingsSource) else {}
        known = {name: found[name] for name in settings_cls.model_fields if name in found}
        environment = InitSettingsSource(settings_cls, known)
        has_file = isinstance(dotenv_settings, DotEnvSettingsSource) and dotenv_settings.env_vars
        return (init_settings, environment, *([dotenv_settings] if has_file else []))
