"""The questions of ``evenkeel init`` in their order, and what a person should know before each."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from bot.app.init_answers import (
    SIMULATED,
    amount_of,
    capital_of,
    ids_of,
    key_of,
    key_secret_of,
    mode_of,
    profile_of,
    quote_of,
    targets_of,
    time_of,
    token_of,
    venue_of,
    zone_of,
)
from bot.app.init_files import EXCHANGE_KEY, EXCHANGE_SECRET, TELEGRAM, Answers
from bot.app.init_outside import coins_of, kraken_ticks, machine_zone, telegram_name, title_of
from bot.cli.init_asking import Asker, Question
from bot.settings.loading import TOKEN
from core.domain.errors import InputInvalid

VENUE = Question(
    "--venue",
    "Market",
    (
        "Where shall the bot live?",
        "  kraken     real prices of Kraken; the only one where it can trade",
        "  binance    real prices of Binance; looks only",
        "  coinbase   real prices of Coinbase; looks only",
        "  simulated  a built-in market, to see how it works",
    ),
)
MODE = Question(
    "--mode",
    "Mode",
    (
        "What shall an approval do?",
        "  paper  trade with made-up money at real prices; the place to begin",
        "  watch  look at your own account, propose, and order nothing",
        "Real orders come later, after 14 days of either.",
    ),
    default="paper",
)
LIVE_NEEDS = (
    "",
    "Live: what you approve is traded with your own money. It needs:",
    "  - 14 days on paper or watching before, or your typed word in the policy file;",
    "  - a key to your account that can trade and cannot withdraw;",
    "  - your Telegram id, because each plan waits for a person;",
    "  - a clock that agrees with the exchange's.",
    "The bot looks at all of this at each start, and does not start without it.",
)
TARGETS_WORDS = (
    "What shall you hold? One line of coins and percentages. With cash they sum to 100.",
    "Example: BTC 60 ETH 40   or   BTC 50 ETH 30 {quote} 20",
)
PROFILE = Question(
    "--profile",
    "Profile",
    (
        "How far may a coin drift before the bot speaks?",
        "  tight     speaks early, trades often",
        "  standard  the usual",
        "  small     wider, for less than 10,000",
        "  tiny      widest, for less than 5,000",
    ),
    default="standard",
)
DIGEST = Question(
    "--digest-at",
    "Digest at",
    ("When shall the daily summary come? Local time.",),
    default="08:00",
)
APPROVERS_WORDS = (
    "Who may approve? Numeric Telegram ids, with spaces between them. If you do not know yours, "
    "leave it empty: the bot tells you when you send it /start."
)
ABOUT_TELEGRAM = (
    "The token of your Telegram bot. @BotFather makes a bot and gives you its token: send it "
    "/newbot. Empty means: the terminal is the chat. What you type is not shown."
)
KRAKEN_STEPS = (
    "Make a key at Kraken: Settings, then API, then Create API key. Tick these, and nothing else:"
)
NO_WITHDRAWING = (
    "Never tick anything that withdraws, or changes where withdrawals go: the bot refuses to start "
    "with such a key. If this machine has a fixed address, bind the key to it."
)
READS_ONLY = (
    "A key to your account at {venue} that can only read: no trading, no transfers, no withdrawals."
)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known before the first question.

    Attributes:
        ready: secrets that are in the environment or an older file, by variable.
        is_offline: nobody on the network is asked.
        telegram_url: address of the Bot API, None = Telegram's own.
    """

    ready: Mapping[str, str]
    is_offline: bool
    telegram_url: str | None


def ask_all(asker: Asker, known: Known) -> Answers:
    """Return the answers to every question.

    Raises:
        InputInvalid: without a terminal, naming the option that is missing or wrong.
    """
    venue = asker.ask(VENUE, venue_of)
    mode = _mode(asker, venue)
    quote = asker.ask(_quote_question(venue), quote_of)
    words = tuple(line.format(quote=quote) for line in TARGETS_WORDS)
    coins = coins_of(venue)
    targets = asker.ask(
        Question("--targets", "Targets", words), lambda text: targets_of(text, quote, known=coins)
    )
    profile = asker.ask(PROFILE, profile_of)
    reserve = asker.ask(_reserve_question(quote), amount_of)
    capital = asker.ask(_capital_question(quote), capital_of)
    secrets = _telegram(asker, known)
    approvers = asker.ask(
        Question("--approvers", "Approvers", (APPROVERS_WORDS,), default=""),
        lambda text: ids_of(text, mode=mode),
    )
    secrets |= _exchange(asker, known, venue, mode)
    zone_question = Question(
        "--timezone", "Time zone", ("Which time zone are your times in?",), default=machine_zone()
    )
    return Answers(
        venue=venue,
        mode=mode,
        quote=quote,
        targets=targets,
        profile=profile,
        reserve=reserve,
        trading_capital=capital,
        approvers=approvers,
        timezone=asker.ask(zone_question, zone_of),
        digest_at=asker.ask(DIGEST, time_of),
        telegram_url=known.telegram_url or TELEGRAM,
        secrets=secrets,
    )


def _mode(asker: Asker, venue: str) -> str:
    """Return the mode; live is asked for a second time, after what it needs was said."""
    if venue == SIMULATED and not asker.has("--mode"):
        return "paper"
    while True:
        mode = asker.ask(MODE, lambda text: mode_of(text, venue))
        if mode != "live":
            return mode
        asker.say(*LIVE_NEEDS)
        if asker.confirm("Do you want live trading", default=False):
            return mode


def _quote_question(venue: str) -> Question:
    default = "USDT" if venue == "binance" else "USD"
    words = ("Which currency is everything measured in, and your cash held in?",)
    return Question("--quote", "Currency", words, default=default)


def _reserve_question(quote: str) -> Question:
    words = (f"How much {quote} on the account shall never be spent?",)
    return Question("--reserve", "Reserve", words, default="0")


def _capital_question(quote: str) -> Question:
    words = (f"What is the most, in {quote}, that the bot may move at all? Empty means no limit.",)
    return Question("--trading-capital", "Trading capital", words, default="")


def _telegram(asker: Asker, known: Known) -> dict[str, str]:
    """Ask for the bot's token, and whose it is; without one the chat is the terminal."""
    ready = known.ready.get(TOKEN)
    question = Question(
        "--telegram-token-file",
        "Telegram token",
        (ABOUT_TELEGRAM, *_kept(ready)),
        default="",
        is_secret=True,
        ready=ready,
    )
    token = asker.ask(question, lambda text: token_of(text) if text.strip() else "")
    if not token:
        return {}
    if not known.is_offline:
        _check_token(asker, token, known.telegram_url or TELEGRAM)
    return {TOKEN: token}


def _check_token(asker: Asker, token: str, url: str) -> None:
    try:
        name = asyncio.run(telegram_name(token, url))
    except InputInvalid as error:
        asker.warn(str(error))
        return
    if name:
        asker.say(f"  The token belongs to @{name}.")
    else:
        asker.warn("Telegram does not answer now; `evenkeel doctor` asks again.")


def _exchange(asker: Asker, known: Known, venue: str, mode: str) -> dict[str, str]:
    """Ask for the key to the account where the mode needs one."""
    flags = ("--exchange-key-file", "--exchange-secret-file")
    if mode == "paper" and not any(asker.has(flag) for flag in flags):
        return {name: known.ready[name] for name in _EXCHANGE if name in known.ready}
    ready_key, ready_secret = (known.ready.get(name) for name in _EXCHANGE)
    key = asker.ask(
        Question(
            flags[0],
            f"Key of {title_of(venue)}",
            (*_key_words(venue, mode), *_kept(ready_key)),
            is_secret=True,
            ready=ready_key,
        ),
        key_of,
    )
    secret = asker.ask(
        Question(
            flags[1],
            "Its secret",
            ("The secret part of that key. Kraken calls it the private key.",)
            if venue == "kraken"
            else ("The secret part of that key.",),
            is_secret=True,
            ready=ready_secret,
        ),
        lambda text: key_secret_of(text, venue, key),
    )
    return dict(zip(_EXCHANGE, (key, secret), strict=True))


_EXCHANGE = (EXCHANGE_KEY, EXCHANGE_SECRET)


def _key_words(venue: str, mode: str) -> tuple[str, ...]:
    if venue != "kraken":
        return (READS_ONLY.format(venue=title_of(venue)),)
    ticks = (f"  - {tick}" for tick in kraken_ticks(mode))
    return (
        KRAKEN_STEPS,
        *ticks,
        NO_WITHDRAWING,
        "Then copy the key. What you type is not shown.",
    )


def _kept(ready: str | None) -> tuple[str, ...]:
    return () if ready is None else ("One is there already; an empty answer keeps it.",)
