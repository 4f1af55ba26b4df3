"""Fact tables in finished English words, as the checks of meaning get them."""

from bot.explain.checking.grounded import Kept, grounded
from bot.explain.checking.lexicon import Lexicon, lexicon_of
from bot.explain.checking.meaning import meaning_codes
from bot.explain.checking.verdict import Line, Role
from bot.explain.told import Told, ToldFact
from core.facts import Polarity


def english() -> Lexicon:
    """Return the lexicon of the language that models write in."""
    lexicon = lexicon_of("en")
    assert lexicon is not None
    return lexicon


def fact(fact_id: str, subject: str, *, text: str, way: str = "none", **rest: str) -> ToldFact:
    """Return a row; its kind is the first part of its id unless it is given."""
    return ToldFact(
        fact_id=fact_id,
        subject=subject,
        polarity=Polarity(way),
        kind=rest.get("kind", fact_id.partition("_")[0]),
        value=rest.get("value", text),
        unit=rest.get("unit", ""),
        text=text,
    )


def name(symbol: str) -> ToldFact:
    """Return the row that names a coin."""
    return fact(f"asset_{symbol.lower()}", symbol, text=symbol, unit="name")


def sold(symbol: str = "SOL") -> tuple[ToldFact, ...]:
    """Return the rows of a coin above its band, of which some is to be sold."""
    low = symbol.lower()
    amount, trade = "about $2,010", f"sell 12.5 {symbol} (about $2,010)"
    return (
        name(symbol),
        fact(f"sell_{low}", symbol, text=trade, way="sell", kind="trade", value="12.5"),
        fact(f"amount_{low}", symbol, text=amount, way="sell", value="2010"),
        fact(f"drift_{low}", symbol, text="6.2 points above target", way="up", value="0.062"),
        fact(f"room_{low}", symbol, text="5.0 points", value="0.05"),
        fact(f"edge_{low}", symbol, text="the upper edge of 25.0 %", way="up", value="0.25"),
        fact(f"weight_{low}", symbol, text="26.2 % of the portfolio", value="0.262"),
        fact(f"after_{low}", symbol, text="22.5 % of the portfolio", value="0.225"),
        fact(f"landing_{low}", symbol, text="half-way between its target and its edge"),
        fact(f"place_{low}", symbol, text="the furthest above target", value="furthest_above"),
    )


def bought(symbol: str = "ETH") -> tuple[ToldFact, ...]:
    """Return the rows of a coin that is to be bought."""
    low = symbol.lower()
    trade = f"buy 0.62 {symbol} (about $1,990)"
    return (
        name(symbol),
        fact(f"buy_{low}", symbol, text=trade, way="buy", kind="trade", value="0.62"),
        fact(f"amount_{low}", symbol, text="about $1,990", way="buy", value="1990"),
        fact(f"drift_{low}", symbol, text="4.1 points below target", way="down", value="0.041"),
        fact(f"after_{low}", symbol, text="28.0 % of the portfolio", value="0.28"),
        fact(f"place_{low}", symbol, text="the furthest below target", value="furthest_below"),
    )


MONEY = (
    fact("quote", "portfolio", text="USD", unit="name"),
    fact("cost", "proposal", text="about $8.10 in fees and spread", value="8.10"),
    fact("worth", "proposal", text="about $41 of benefit by the rules", value="41"),
    fact("worth_per_cost", "proposal", text="5.1 times the cost", kind="worth_per_cost"),
    fact("turnover", "proposal", text="4.0 % of the portfolio", value="0.04"),
    fact("cash_change_usd", "USD", text="about $20 more in cash", way="up", kind="cash_change"),
    fact("after_usd", "USD", text="20.0 % of the portfolio", value="0.2"),
    fact("outside_after", "portfolio", text="no asset", kind="outside_after", value="0"),
    fact("expiry", "proposal", text="today 21:00", kind="time", value="2026-03-01T20:00:00Z"),
)
PROPOSE = Told("propose", "en", (*sold(), *bought(), *MONEY), ())
SWAPPED = Told("propose", "en", (*sold("ETH"), *bought("SOL"), *MONEY), ())

NO_TRADE = Told(
    "no_trade",
    "en",
    (
        fact("quote", "portfolio", text="USD", unit="name"),
        fact("closest", "portfolio", text="BTC", unit="name"),
        name("BTC"),
        fact("weight_btc", "BTC", text="57.0 % of the portfolio", value="0.57"),
        fact("edge_btc", "BTC", text="the upper edge of 60.0 %", way="up", value="0.6"),
        fact("margin_btc", "BTC", text="3.0 points below its upper edge", way="up"),
        fact("gate", "portfolio", text="the check of cost against benefit", value="benefit"),
        fact("cost", "proposal", text="about $26 in fees and spread", value="26"),
        fact("benefit", "portfolio", text="$0.25 of benefit by the rules", value="0.25"),
        fact("needed", "portfolio", text="at least $41.30 of benefit", value="41.3"),
        fact("outside", "portfolio", text="no asset", value="0"),
    ),
    (),
)
PAUSE = Told(
    "pause",
    "en",
    (
        fact("stress", "market", text="on hold under stress", value="paused"),
        fact("stress_since", "market", text="12 Oct", kind="since"),
        fact("until", "market", text="26 Oct", kind="until"),
        fact("family_sentiment", "market", text="fear is high", kind="family", value="sentiment"),
        fact("points", "market", text="2 stress points", value="2"),
    ),
    (),
)
EXECUTION = Told(
    "execution",
    "en",
    (
        name("SOL"),
        name("ETH"),
        fact("state", "proposal", text="was carried out in part", value="PARTIAL"),
        fact("sold_sol", "SOL", text="sold 12.5 SOL", way="sell", kind="filled"),
        fact("average_sol", "SOL", text="$160.80 on average", value="160.8"),
        fact("bought_eth", "ETH", text="bought 0.41 ETH", way="buy", kind="filled"),
        fact("average_eth", "ETH", text="$3,210 on average", value="3210"),
        fact("unfilled_eth", "ETH", text="0.21 ETH not bought", way="buy", kind="unfilled"),
        fact("why_eth", "ETH", text="nobody traded within the price limit", value="limit"),
        fact("fees", "proposal", text="$5.10 in fees", value="5.1"),
        fact("cost", "proposal", text="$7.90 in all", value="7.9"),
        fact("estimate", "proposal", text="about $8.10", value="8.1"),
    ),
    (),
)
DIGEST = Told(
    "digest",
    "en",
    (
        fact("value", "portfolio", text="$52,300", value="52300"),
        fact("looks", "portfolio", text="4 looks at the market", value="4"),
        fact("proposals", "portfolio", text="1 proposal", value="1"),
        fact("outside", "portfolio", text="no asset", value="0"),
        fact("closest", "portfolio", text="BTC", unit="name"),
        name("BTC"),
        fact("weight_btc", "BTC", text="57.0 % of the portfolio", value="0.57"),
        fact("margin_btc", "BTC", text="3.0 points below its upper edge", way="up"),
        fact("deposits", "portfolio", text="$500 of new money", value="500"),
        fact("expired", "proposal", text="1 expired", value="1"),
    ),
    (),
)
TABLES = {table.topic: table for table in (PROPOSE, NO_TRADE, PAUSE, EXECUTION, DIGEST)}


def lines_of(*texts: str) -> tuple[Line, ...]:
    """Return texts as the lines of one output."""
    return tuple(Line(role, text) for role, text in zip([*Role] * 2, texts, strict=False))


def codes(*texts: str, told: Told = PROPOSE) -> tuple[str, ...]:
    """Return the rules about meaning that a text breaks."""
    return tuple(code.value for code in meaning_codes(lines_of(*texts), told, english()))


def kept(*texts: str, told: Told = PROPOSE) -> Kept:
    """Return what is left of a text."""
    return grounded(lines_of(*texts), told, english())
