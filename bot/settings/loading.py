"""The policy file and the environment -> frozen settings, or every mistake in a sentence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import SecretStr, ValidationError

from bot.settings.evidence import evidence_of
from bot.settings.policy import policy_of
from bot.settings.policy_file import DEMO, ModelSection, PolicyFile
from bot.settings.secrets import KeyPair, read_key_pair, read_secret
from bot.settings.toml_files import text_of, values_of
from core.domain.errors import InputInvalid, PolicyInvalid
from core.domain.policy import Policy
from core.domain.stress import Family

TOKEN = "EVENKEEL_TELEGRAM_TOKEN"  # noqa: S105  # the name of a variable, not a secret
GLASSNODE_KEY = "EVENKEEL_GLASSNODE_KEY"
SANTIMENT_KEY = "EVENKEEL_SANTIMENT_KEY"
MODEL_KEY = "EVENKEEL_LLM_KEY"
TRADING_KEY = "EVENKEEL_EXCHANGE"
READING_KEY = "EVENKEEL_EXCHANGE_READ"
ENV_FILE = "EVENKEEL_ENV_FILE"
PRIVATE = ("heartbeat_url",)
"""Settings whose value is told nowhere: whoever knows it can use it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything in force.

    Attributes:
        file: the policy file's values, defaults filled in.
        origin: where the file was read from, or what stands in for it.
        data_dir: the folder of the databases.
        telegram_token: the bot's token, None without Telegram.
        glassnode_key, santiment_key: keys of paid feeds, None = that feed is off.
        model_key: for the language model's server, None where it asks for none.
        trading_key: to the owner's account at the venue, None without one.
        reading_key: a second key that only reads; None = the first does both.
        replayed: the kinds of evidence beside price and correlation that a replay brings; None when
            nothing is replayed.
    """

    file: PolicyFile
    origin: str
    data_dir: Path
    telegram_token: SecretStr | None = None
    glassnode_key: SecretStr | None = None
    santiment_key: SecretStr | None = None
    model_key: SecretStr | None = None
    trading_key: KeyPair | None = None
    reading_key: KeyPair | None = None
    replayed: tuple[Family, ...] | None = None

    @property
    def policy(self) -> Policy:
        """The person's rules as the engine knows them.

        Raises:
            PolicyInvalid: with one sentence per mistake.
        """
        return policy_of(self.file, self._evidence)

    @property
    def zone(self) -> ZoneInfo:
        """The reader's time zone."""
        return ZoneInfo(self.file.messages.timezone)

    @property
    def is_live_market(self) -> bool:
        """Tell whether prices come from a real venue."""
        return self.file.venue != "simulated" and self.replayed is None

    @property
    def has_model(self) -> bool:
        """Tell whether a language model puts reasons into words."""
        return bool(self.file.llm.base_url)

    @property
    def has_real_account(self) -> bool:
        """Tell whether the owner's own account is looked at."""
        return self.is_live_market and self.file.mode != "paper"

    @property
    def _evidence(self) -> tuple[Family, ...]:
        if not self.is_live_market:
            return self.replayed or ()
        feeds = self.file.feeds
        has_flow_key = (self.glassnode_key is not None and feeds.glassnode.enabled) or (
            self.santiment_key is not None and feeds.santiment.enabled
        )
        return tuple(evidence_of(self.file, has_flow_key=has_flow_key))

    def for_replay(self, *families: Family) -> "Settings":
        """Return these settings for a replay that brings evidence of these kinds."""
        return replace(self, replayed=families)

    def without_pause(self) -> "Settings":
        """Return these settings with every kind of evidence for a stress pause switched off."""
        pause = self.file.pause.model_copy(update={"families": ()})
        return replace(self, file=self.file.model_copy(update={"pause": pause}))

    def for_terminal(self) -> "Settings":
        """Return these settings with the words of a terminal: English, and templates alone."""
        messages = self.file.messages.model_copy(update={"language": "en"})
        words = {"llm": ModelSection(), "messages": messages}
        return replace(self, file=self.file.model_copy(update=words))

    def with_start_cash(self, amount: Decimal) -> "Settings":
        """Return these settings with another opening balance for a new paper account."""
        return replace(self, file=self.file.model_copy(update={"start_cash": amount}))


def load_settings(
    policy_path: Path | None, *, data_dir: Path, environment: Mapping[str, str]
) -> Settings:
    """Read the policy file and the environment.

    Args:
        policy_path: the TOML file; None looks for ``evenkeel.toml`` and falls back to the demo.
        data_dir: where the databases live.
        environment: variables; a ``.env`` beside the policy file, or the file that
            ``EVENKEEL_ENV_FILE`` names, fills what they leave out.

    Raises:
        InputInvalid: naming the file, the key, the value and the mend; all mistakes together.
    """
    beside = Path("evenkeel.toml")
    path = policy_path or (beside if beside.exists() else None)
    file = DEMO if path is None else read_policy_file(path)
    dotenv = _secrets_file(path or beside, environment)
    if file.mode != "paper" and file.venue == "simulated":
        raise InputInvalid(
            f'{path}: mode is "{file.mode}", and nobody has an account at the simulated venue; '
            'set venue = "kraken", or mode = "paper"'
        )
    model_key = read_secret(MODEL_KEY, dotenv, environment)
    if model_key is not None and _is_open_road(file.llm.base_url):
        raise InputInvalid(
            f"llm.base_url is {file.llm.base_url}, where {MODEL_KEY} would travel in the open; "
            f"use https://, or take {MODEL_KEY} away if the server needs no key"
        )
    return Settings(
        file=file,
        origin="the built-in demonstration" if path is None else str(path),
        data_dir=data_dir,
        telegram_token=read_secret(TOKEN, dotenv, environment),
        glassnode_key=read_secret(GLASSNODE_KEY, dotenv, environment),
        santiment_key=read_secret(SANTIMENT_KEY, dotenv, environment),
        model_key=model_key,
        trading_key=read_key_pair(TRADING_KEY, dotenv, environment),
        reading_key=read_key_pair(READING_KEY, dotenv, environment),
    )


def _is_open_road(url: str) -> bool:
    """Tell whether an address leaves this machine without encryption."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1")


def _secrets_file(policy: Path, environment: Mapping[str, str]) -> Path:
    named = environment.get(ENV_FILE, "").strip()
    if not named:
        return policy.parent / ".env"
    if not Path(named).exists():
        raise InputInvalid(f"{ENV_FILE} names {named}, which does not exist; name a file that does")
    return Path(named)


def read_policy_file(path: Path) -> PolicyFile:
    """Read and check a policy file.

    Raises:
        InputInvalid: naming the file and every mistake in it.
    """
    document = values_of(path, text_of(path, "policy file"))
    try:
        file = PolicyFile.model_validate(document)
        policy_of(file)
    except ValidationError as error:
        raise InputInvalid(*(f"{path}: {line}" for line in sentences(error))) from None
    except PolicyInvalid as error:
        raise InputInvalid(*(f"{path}: {line}" for line in error.problems)) from None
    return file


def sentences(error: ValidationError) -> Iterator[str]:
    """Yield one sentence per mistake: the key, the value, what was expected."""
    for row in error.errors(include_url=False, include_context=False):
        key = ".".join(str(part) for part in row["loc"])
        if row["type"] == "extra_forbidden":
            yield f"{key} is not a setting; `evenkeel settings` lists all of them"
        elif row["type"] == "missing":
            yield f"{key} is missing; add it, see deploy/examples/paper.toml"
        else:
            what = row["msg"].removeprefix("Value error, ")
            given = "not usable" if key.endswith(PRIVATE) else repr(row["input"])
            yield f"{key} is {given}: {what[:1].lower()}{what[1:]}"
