"""What a policy file may hold, with every default and its meaning."""

from datetime import time
from decimal import Decimal
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from core.domain.watching import CORRELATED


def _exact_number(value: object) -> object:
    """Let whole numbers, decimals and texts in; a number that went through binary is refused."""
    if isinstance(value, bool | float):
        raise ValueError("a number is expected")  # noqa: TRY004  # pydantic reports ValueError
    return value


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError('a time zone such as "Europe/Berlin" is expected') from error
    return name


def _model_address(text: str) -> str:
    if text and not text.startswith(("https://", "http://")):
        raise ValueError("an address such as http://localhost:11434/v1 is expected")
    return text.rstrip("/")


def _address(text: str) -> str:
    if text and not text.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise ValueError("an address that begins with https:// is expected")
    return text.rstrip("/")


Address = Annotated[str, AfterValidator(_address)]
ModelAddress = Annotated[str, AfterValidator(_model_address)]
Number = Annotated[Decimal, BeforeValidator(_exact_number), Field(allow_inf_nan=False)]
Amount = Annotated[Number, Field(ge=0)]
Percent = Annotated[Number, Field(ge=0, le=100)]
PersonId = Annotated[int, Field(gt=0)]
Loudness = Literal["on", "silent", "off"]
VenueName = Literal["kraken", "binance", "coinbase"]
FamilyName = Literal["price", "sentiment", "correlation", "flows", "quote", "venue"]
ModeName = Literal["paper", "watch", "live"]
MessageName = Literal["card", "report", "digest", "notice", "alarm"]


class _Section(BaseModel):
    """A table of the policy file; a key nobody knows is a mistake, not a wish."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class BandSection(_Section):
    """Bands: when to act and how far back to go. Percentages of the portfolio."""

    mode: Literal["hybrid", "absolute", "relative"] = "hybrid"
    """how a band's width follows from its target"""
    cap: Percent | None = None
    """widest half-width in points; the profile's without a value"""
    relative: Percent | None = None
    """half-width as a share of the target; the profile's without a value"""
    floor: Percent | None = None
    """narrowest half-width in points; the profile's without a value"""
    delta: Annotated[Number, Field(ge=0, le=1)] = Decimal("0.5")
    """where a trade ends: 0 = target, 1 = edge of the band"""
    confirm_days: Annotated[int, Field(ge=1, le=30)] = 2
    """daily evaluations in a row that must see the same breach"""
    adapt_to_size: bool = True
    """wider bands below 10,000 and 5,000"""


class LimitSection(_Section):
    """How often and how much."""

    days_after_execution: Annotated[int, Field(ge=0, le=365)] = 3
    """quiet days after a whole execution, hard breaches apart"""
    max_turnover_30d: Percent = Decimal(30)
    """most one-way turnover in 30 days, percent"""
    min_trade: Amount = Decimal(25)
    """smallest trade worth sending, quote currency"""
    proposal_hours: Annotated[Number, Field(ge=Decimal("0.25"), le=24)] = Decimal(12)
    """how long a proposal can be approved"""
    max_executions_per_day: Annotated[int, Field(ge=1, le=20)] = 3
    """most executions in one UTC day"""
    max_turnover_per_day: Percent = Decimal(30)
    """most turnover executed in one UTC day, percent"""


class CostSection(_Section):
    """What the paper exchange charges. Percent."""

    taker_fee: Percent = Decimal("0.40")
    """fee of the paper exchange, percent"""


class MessageSection(_Section):
    """When and how loudly the bot speaks; times are local."""

    language: Literal["en", "de"] = "en"
    """the language of the chat: en or de; the command line speaks English"""
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    """the zone of all local times"""
    digest_at: time = time(8, 0)
    """local time of the digest"""
    digest_days: Literal["daily", "weekly"] = "daily"
    """a digest every day, or on Sundays"""
    quiet_from: time | None = None
    """from this local time on messages make no sound, alarms apart"""
    quiet_to: time | None = None
    """until this local time"""
    loudness: dict[MessageName, Loudness] = Field(default_factory=dict)
    """on, silent or off per type of message; cards and alarms cannot be off"""
    pictures: Literal["light", "dark", "off"] = "light"
    """pictures in Telegram on a light or a dark ground, or none; tables stand beside them"""


class RegimeSection(_Section):
    """What the market is doing, and whether the bands follow it."""

    bands: Literal["directional", "plain"] = "directional"
    """directional: bands follow the market's state; plain: they never do"""
    asset: str = "BTC"
    """the coin the market is read by"""
    onchain: bool = False
    """whether point-in-time on-chain readings may tip a close call"""


class PauseSection(_Section):
    """The stress pause: when the market is in trouble, nothing new is proposed."""

    families: tuple[FamilyName, ...] | None = None
    """the kinds of evidence; without a value price, correlation, and every feed that is on"""
    correlated: tuple[str, ...] = tuple(CORRELATED)
    """the coins whose common movement is watched"""
    venue_risk: bool = False
    """you distrust the venue: proposals are held back until you take this away"""


class TiltSection(_Section):
    """Small, bounded, temporary shifts of the targets."""

    enabled: bool = True
    """the one switch; off leaves your targets exactly as they are"""


class FearGreedSection(_Section):
    """The Crypto Fear & Greed Index of alternative.me; no key."""

    enabled: bool = True
    """whether it is asked, on a real market"""
    base_url: Address = "https://api.alternative.me"
    """address of the index"""


class KeyedFeedSection(_Section):
    """A paid feed; without its key it is simply off."""

    enabled: bool = True
    """whether it is asked when its key is there"""
    base_url: Address = ""
    """address of the feed; its own without a value"""


class CoinMetricsSection(_Section):
    """Coin Metrics' community data: no key, for non-commercial use only (CC BY-NC 4.0)."""

    enabled: bool = False
    """whether it is asked, on a real market"""
    base_url: Address = "https://community-api.coinmetrics.io/v4"
    """address of the community data"""


class FundingSection(_Section):
    """Funding rates of perpetual futures; public."""

    venue: Literal["off", "binanceusdm", "bybit", "okx", "krakenfutures"] = "krakenfutures"
    """where funding rates are read, on a real market"""
    base_url: Address = ""
    """address of that venue; its own without a value"""


class FeedSection(_Section):
    """What the bot reads beside its venue's prices."""

    fear_greed: FearGreedSection = Field(default_factory=FearGreedSection)
    glassnode: KeyedFeedSection = Field(default_factory=KeyedFeedSection)
    santiment: KeyedFeedSection = Field(default_factory=KeyedFeedSection)
    coin_metrics: CoinMetricsSection = Field(default_factory=CoinMetricsSection)
    funding: FundingSection = Field(default_factory=FundingSection)
    second_opinions: tuple[VenueName, ...] = ("binance", "coinbase")
    """other venues whose prices are compared with yours"""


class ExchangeSection(_Section):
    """Where exchanges are; any gateway or test server will do."""

    base_urls: dict[VenueName, Address] = Field(default_factory=dict)
    """address per exchange; its own without a value"""
    paced: bool = True
    """whether questions keep the pace an exchange allows; false only against a test server"""
    accept_entries: tuple[str, ...] = ()
    """ids of ledger entries of an unknown kind that you looked at: they came in or went out"""

    @property
    def addresses(self) -> dict[str, str]:
        """The addresses by venue, for whoever has a venue's name as a plain text."""
        return {str(venue): url for venue, url in self.base_urls.items()}


class LiveSection(_Section):
    """What live trading asks for beside ``mode = "live"``."""

    without_trial: str = ""
    """skips the 14 days of trial with these words: I accept live trading without a trial"""


class HealthSection(_Section):
    """How others can tell that the bot is well."""

    port: Annotated[int, Field(ge=0, le=65535)] = 0
    """local port of /healthz and /readyz; 0 = none"""
    host: str = "127.0.0.1"
    """local address of that port"""
    heartbeat_url: Address = ""
    """address of an outside watchdog that is asked for every few minutes; none without a value"""
    heartbeat_minutes: Annotated[int, Field(ge=1, le=60)] = 5
    """minutes between two heartbeats"""


class ModelSection(_Section):
    """A language model that puts reasons into words; it decides nothing and sees no amounts."""

    base_url: ModelAddress = ""
    """address of any server that speaks Chat Completions, with /v1; none = templates only"""
    model: str = ""
    """which model of that server"""
    structure: Literal["auto", "schema", "object", "plain"] = "auto"
    """how the server is told the form of an answer; auto finds out what it takes"""
    calls_per_day: Annotated[int, Field(ge=0, le=10_000)] = 50
    """most calls in one UTC day; templates after that"""
    dollars_per_day: Amount = Decimal(1)
    """most US dollars in one UTC day, where the cost of a call is known; templates after that"""
    price_in: Amount | None = None
    """US dollars for a million tokens read; without a value, what the server says it cost"""
    price_out: Amount | None = None
    """US dollars for a million tokens written"""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if bool(self.base_url) is not bool(self.model):
            raise ValueError("base_url and model are given together, or neither")
        return self


class TelegramSection(_Section):
    """Where the Bot API is; any gateway or test server will do."""

    base_url: str = "https://api.telegram.org/bot"
    """address of the Bot API"""


class SimulationSection(_Section):
    """The built-in simulated market."""

    seed: Annotated[int, Field(ge=0)] = 7
    """which simulated market; the same seed is the same market"""
    days: Annotated[int, Field(ge=1, le=3650)] = 90
    """length of the demonstration without a person"""
    pace: Literal["fast", "real"] = "fast"
    """fast: hours pass in moments; real: an hour is an hour"""
    seconds_per_hour: Annotated[Number, Field(ge=0, le=60)] = Decimal("0.15")
    """real seconds per simulated hour at the fast pace while a person watches"""


class PolicyFile(_Section):
    """The whole file; ten lines are enough to start."""

    quote: str = "USD"
    """the one currency everything is measured in"""
    targets: dict[str, Percent]
    """what each asset should be, percent; they sum to 100"""
    profile: Literal["tight", "standard", "small", "tiny"] = "standard"
    """how wide the bands are"""
    venue: Literal["simulated"] | VenueName = "simulated"
    """the market the bot lives on: simulated, kraken, binance or coinbase"""
    mode: ModeName = "paper"
    """paper: made-up money; watch: your account, and no orders; live: what you approve is traded"""
    approvers: tuple[PersonId, ...] = ()
    """Telegram ids of the people who decide; empty means nobody"""
    viewers: tuple[PersonId, ...] = ()
    """Telegram ids of the people who may look"""
    start_cash: Amount = Decimal(50_000)
    """opening balance of a new paper account"""
    reserve: Amount = Decimal(0)
    """quote currency that is never spent"""
    trading_capital: Amount | None = None
    """the most the bot may move at all; no limit without a value"""
    cold: dict[str, Amount] = Field(default_factory=dict)
    """coins kept elsewhere: they count, and are never sold"""
    excluded: dict[str, Amount] = Field(default_factory=dict)
    """amounts on the account that neither count nor move"""
    bands: BandSection = Field(default_factory=BandSection)
    limits: LimitSection = Field(default_factory=LimitSection)
    costs: CostSection = Field(default_factory=CostSection)
    regime: RegimeSection = Field(default_factory=RegimeSection)
    pause: PauseSection = Field(default_factory=PauseSection)
    tilt: TiltSection = Field(default_factory=TiltSection)
    feeds: FeedSection = Field(default_factory=FeedSection)
    exchange: ExchangeSection = Field(default_factory=ExchangeSection)
    live: LiveSection = Field(default_factory=LiveSection)
    health: HealthSection = Field(default_factory=HealthSection)
    messages: MessageSection = Field(default_factory=MessageSection)
    llm: ModelSection = Field(default_factory=ModelSection)
    telegram: TelegramSection = Field(default_factory=TelegramSection)
    simulation: SimulationSection = Field(default_factory=SimulationSection)


DEMO = PolicyFile(
    quote="USD",
    targets={"BTC": Decimal(45), "ETH": Decimal(25), "SOL": Decimal(10), "USD": Decimal(20)},
    messages=MessageSection(digest_days="weekly"),
)
