"""Settings from the environment and `.env`; every problem is reported at once, and secrets are masked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AliasChoices,
    Field,
    ModelWrapValidatorHandler,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.mistakes import SettingsMistakes
from bot.slack.cards.options import DEFAULT_REASONS, ReasonLabel
from reviewers.errors import Invalid
from reviewers.model.prices import Price

if TYPE_CHECKING:
    from reviewers.decisions.weeks import WeekTime
    from reviewers.model.telling import Receiver

SANDBOX_CHANNEL = "C0REVIEW"  # the review channel of the Slack sandbox
DEFAULT_SCORERS = ("grounding", "coverage", "missing_facts", "contradictions", "token_logprob", "retrieval")


def _name(field: str, *more: str) -> Any:
    return AliasChoices(f"WHETSTONE_{field.upper()}", *more)


class Settings(BaseSettings):
    """All that can be set. Names in the environment: WHETSTONE_ and the field's name, or the alias beside it."""

    model_config = SettingsConfigDict(
        env_prefix="WHETSTONE_",
        env_file=".env",
        extra="ignore",
        frozen=True,
        populate_by_name=True,
        hide_input_in_errors=True,
    )

    data_dir: Path = Field(Path("var"), description="Folder for the database, the index of sources and caches")
    database_url: str = Field(
        "",
        validation_alias=_name("database_url", "DATABASE_URL"),
        description="sqlite:///… or postgresql://…; default: SQLite in the data folder",
    )
    chroma_url: str = Field("", description="Address of a Chroma server; default: Chroma on disk in the data folder")
    host: str = Field("127.0.0.1", description="Address that the HTTP API listens on")
    port: int = Field(8080, validation_alias=_name("port", "PORT"), ge=0, le=65535, description="Port of the HTTP API")
    sandbox_port: int = Field(8090, ge=0, le=65535, description="Port of the Slack sandbox's page")
    slack_bot_token: SecretStr = Field(
        SecretStr(""), validation_alias=_name("slack_bot_token", "SLACK_BOT_TOKEN"), description="Bot token, xoxb-…"
    )
    slack_app_token: SecretStr = Field(
        SecretStr(""),
        validation_alias=_name("slack_app_token", "SLACK_APP_TOKEN"),
        description="App-level token for Socket Mode, xapp-…",
    )
    slack_signing_secret: SecretStr = Field(
        SecretStr(""),
        validation_alias=_name("slack_signing_secret", "SLACK_SIGNING_SECRET"),
        description="Signing secret, for requests over HTTP",
    )
    slack_api_url: str = Field("https://slack.com/api/", description="Web API of Slack; another one for GovSlack")
    channel: str = Field("", description="Id of the review channel (C…); the sandbox's when no token is set")
    policy_file: Path | None = Field(None, description="The policy, a TOML file; default: 5 % uniform, risk from .40")
    reasons: Annotated[tuple[ReasonLabel, ...], NoDecode] = Field(
        DEFAULT_REASONS, description="Reasons of Reject, as `key=Label;key=Label`; keep `other`"
    )
    scorers: Annotated[tuple[str, ...], NoDecode] = Field(
        DEFAULT_SCORERS,
        description="Machine reviewers, comma-separated: grounding, grounding_lexical, coverage, missing_facts, "
        "contradictions, token_logprob, retrieval, self_consistency, conditional_logprob, hf:FAMILY:NAME with the "
        "family entailment, hallucination, minicheck or tokens, and judge:PROVIDER:MODEL",
    )
    chat_model: str = Field(
        "packaged",
        min_length=1,
        description="Chat model of /whetstone ask: packaged, or provider:model as langchain names it, such as "
        "openai:gpt-4.1-mini with OPENAI_API_KEY",
    )
    post_pace_seconds: float = Field(1.0, ge=0, le=60, description="Time between two cards in one channel")
    worker_batch: int = Field(32, ge=1, le=512, description="Outputs scored in one step")
    threads: int = Field(0, ge=0, le=256, description="Threads of the models; 0: as many as the machine has cores")
    device: str = Field(
        "", pattern=r"^(cpu|cuda(:\d+)?)?$", description="Where hf: models run, cpu or cuda:0; default: a GPU if any"
    )
    precision: Literal["", "float32", "bfloat16"] = Field(
        "", description="Of hf: models, float32 or bfloat16; default: bfloat16 on a GPU, float32 elsewhere"
    )
    time_zone: str = Field("UTC", description="Zone of clock times in plain text, and of the weeks of a digest")
    digest_channel: str = Field(
        "", description="Id of the channel of weekly digests (C…); default: each route's own, else the review channel"
    )
    digest_at: str = Field("mon 08:00", description="When the week before is told, by the clocks of the time zone")
    prices: Annotated[tuple[Price, ...], NoDecode] = Field(
        (), description="Prices of a million tokens of prompt and completion, as `model=0.15/0.60; model version=1/4`"
    )
    currency: str = Field("", max_length=12, description="Currency of the prices, such as EUR; only shown")
    webhook_url: str = Field("", repr=False, description="Address that is told that a training was accepted")
    webhook_secret: SecretStr = Field(
        SecretStr(""), description="Signs what the webhook is told: whsec_ and the base64 of 24 to 64 bytes"
    )
    retrain_command: str = Field(
        "",
        repr=False,
        description="Command that is run once a training was accepted; {dataset}, {event}, {route} and {week} are "
        "filled in",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level that is logged")
    log_format: Literal["console", "json"] = Field("console", description="Logs for people, or one JSON object a line")

    @property
    def token_prices(self) -> tuple[Price, ...]:
        """The prices with their currency."""
        return tuple(replace(one, currency=self.currency.strip()) for one in self.prices)

    @field_validator("scorers", mode="before")
    @classmethod
    def _split_scorers(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("reasons", mode="before")
    @classmethod
    def _split_reasons(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [part.partition("=") for part in value.split(";") if part.strip()]
        if not pairs or any(not key.strip() or not label.strip() for key, _, label in pairs) or len(pairs) > 10:
            raise ValueError("1 to 10 reasons as `key=Label;key=Label`")
        return tuple(ReasonLabel(key=key.strip(), label=label.strip()) for key, _, label in pairs)

    @field_validator("prices", mode="before")
    @classmethod
    def _split_prices(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        found = []
        for part in filter(str.strip, value.split(";")):
            model, _, both = part.rpartition("=")
            prompt, _, completion = both.partition("/")
            try:
                found.append(Price(model=model.strip(), prompt=float(prompt), completion=float(completion)))
            except ValueError:
                raise ValueError("prices as `model=0.15/0.60`, several parted by `;`") from None
        return tuple(found)

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        from zoneinfo import available_timezones

        if value not in available_timezones():
            raise ValueError("not a time zone; use a name such as Europe/Berlin")
        return value

    @field_validator("digest_at")
    @classmethod
    def _known_time(cls, value: str) -> str:
        from reviewers.decisions.weeks import week_time

        try:
            week_time(value)
        except Invalid as error:
            raise ValueError(error.message) from None
        return value

    @field_validator("webhook_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        from bot.events import checked_url

        return checked_url(value) if value else value

    @field_validator("webhook_secret")
    @classmethod
    def _is_secret(cls, value: SecretStr) -> SecretStr:
        from bot.events import secret_key

        if value.get_secret_value():
            secret_key(value.get_secret_value())
        return value

    @field_validator("retrain_command")
    @classmethod
    def _is_command(cls, value: str) -> str:
        from bot.events import command_words

        command_words(value)
        return value.strip()

    @model_validator(mode="wrap")
    @classmethod
    def _every_problem_at_once(cls, given: Any, validate: ModelWrapValidatorHandler[Settings]) -> Settings:
        lines = _problems_together(given)
        try:
            settings = validate(given)
        except ValidationError as error:
            lines = [_line(dict(problem)) for problem in error.errors()] + lines
        if lines:
            raise SettingsMistakes(lines)
        return settings

    @property
    def uses_sandbox(self) -> bool:
        """Whether the Slack sandbox stands in for Slack."""
        return not self.slack_bot_token.get_secret_value()

    @property
    def uses_socket_mode(self) -> bool:
        """Whether interactions come over Socket Mode; else over signed HTTP."""
        return self.uses_sandbox or bool(self.slack_app_token.get_secret_value())

    @property
    def review_channel(self) -> str:
        """Where cards go when the policy names no channel."""
        return self.channel or SANDBOX_CHANNEL

    @property
    def digest_time(self) -> WeekTime:
        """When the week before is told."""
        from reviewers.decisions.weeks import week_time

        return week_time(self.digest_at)

    @property
    def receivers(self) -> tuple[Receiver, ...]:
        """Which programs are told that a training was accepted."""
        from reviewers.model.telling import Receiver

        named = {Receiver.WEBHOOK: self.webhook_url, Receiver.COMMAND: self.retrain_command}
        return tuple(receiver for receiver, where in named.items() if where)

    @property
    def database(self) -> str:
        """The database's URL, the default filled in."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'whetstone.db').absolute()}"

    @property
    def chroma(self) -> str:
        """The index's address: a URL, or a folder."""
        return self.chroma_url or str((self.data_dir / "chroma").absolute())


def _problems_together(given: dict[str, Any]) -> list[str]:
    """What is missing or mixed up among the settings that only make sense together."""

    def value(*names: str) -> str:
        found = next((given[name] for name in names if given.get(name)), "")
        return str(found.get_secret_value() if isinstance(found, SecretStr) else found)

    bot, app, secret = (
        value(name, name.lower(), f"WHETSTONE_{name}")
        for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET")
    )
    hook, sealed = value("webhook_url"), value("webhook_secret")
    checks = (
        (bot and not bot.startswith("xoxb-"), "SLACK_BOT_TOKEN does not begin with xoxb-"),
        (app and not app.startswith("xapp-"), "SLACK_APP_TOKEN does not begin with xapp-"),
        ((app or secret) and not bot, "SLACK_BOT_TOKEN is missing, but another Slack setting is there"),
        (bot and not (app or secret), "SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) is missing"),
        (bot and not value("channel"), "WHETSTONE_CHANNEL is missing: the review channel's id, such as C0123456789"),
        (hook and not sealed, "WHETSTONE_WEBHOOK_SECRET is missing: whsec_ and the base64 of 24 to 64 random bytes"),
        (sealed and not hook, "WHETSTONE_WEBHOOK_URL is missing, but its secret is there"),
    )
    return [message for wrong, message in checks if wrong]


def _line(problem: dict[str, Any]) -> str:
    field = ".".join(str(part) for part in problem["loc"])
    name = field if field.isupper() else f"WHETSTONE_{field.upper()}"
    return f"{name}: {problem['msg'].removeprefix('Value error, ')}"


def load(**overrides: Any) -> Settings:
    """Read the settings. Raises SettingsMistakes with every problem at once."""
    return Settings(**overrides)
