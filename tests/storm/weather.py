"""What goes wrong in a run: everything follows from its seed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from tests.emulators.kraken.books import Level, Swing
from tests.emulators.kraken.exchange import Kraken
from tests.emulators.kraken.faults import (
    EMPTY,
    HTML_BODY,
    NO_RESULT,
    Delays,
    Disconnects,
    Fault,
    Postpones,
    Repeats,
    Shuffles,
    TakesLater,
    Unseen,
    error,
    error_after,
    status,
)
from tests.emulators.kraken.record import Call
from tests.emulators.kraken.storm import ORDERS, READS, Storm
from tests.emulators.public_venue import HTML, Answers, BreaksOff, CutsOff

ORDER = "AddOrder"
PUBLIC = frozenset({"Assets", "AssetPairs", "Ticker", "Depth", "OHLC", "SystemStatus", "Time"})
# A proxy repeats a request that it thinks lost: the second one is refused, and that is heard.
_TWICE = error_after("EAPI:Invalid nonce")
# Long after the order's own deadline, when the bot has long stopped looking.
_MUCH_LATER = (45.0, 90.0, 240.0)
_ORDER_FAULTS = (
    *ORDERS,
    lambda _: _TWICE,
    lambda draw: TakesLater(draw.choice(_MUCH_LATER)),
)
_LAGGING = (
    "OpenOrders",
    "ClosedOrders",
    "QueryOrders",
    "TradesHistory",
    "QueryTrades",
    "Ledgers",
    "BalanceEx",
)
# METHODS 8.5 takes an order for absent after two looks 30 s apart; a venue that shows nothing of it
# for longer anywhere is beyond what any client can tell.
_SHORT_LAGS = (0.5, 2.0, 5.0, 12.0, 25.0)
_LONG_LAGS = (60.0, 300.0)
_RATES = (0.0, 0.03, 0.08, 0.15, 0.3)
_ORDER_RATES = (0.05, 0.2, 0.5)
_OUTAGES = (
    Unseen(Disconnects()),
    Unseen(status(502)),
    Unseen(status(520)),
    Unseen(Answers(HTML_BODY, 200, "text/html")),
    error("EAPI:Rate limit exceeded"),
    error("EGeneral:Temporary lockout"),
)
_SWINGS = (None, None, "0.001", "0.003", "0.006")


@dataclass(frozen=True)
class _Outage:
    """A span in which every private call meets the same; ``covers_all``: public ones as well."""

    since: datetime
    until: datetime
    fault: Fault
    covers_all: bool


@dataclass
class Weather:
    """Implements ``Troubles``: random faults, outages, thin and moving books.

    Attributes:
        happened: how often each kind did.
    """

    kraken: Kraken
    seed: int
    begun_at: datetime
    happened: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Draw the run's weather."""
        draw = Random(f"weather:{self.seed}")
        rate = draw.choice(_RATES)
        orders = Storm(self.seed, draw.choice(_ORDER_RATES), orders=_ORDER_FAULTS)
        self._storms = {True: orders, False: Storm(self.seed, rate, reads=READS)}
        self._public = Storm(self.seed, rate / 5)
        # A question in vain before the first order takes the plan back: few runs are about that.
        self._has_begun = draw.random() < 0.2
        self._thin_rate = draw.choice((0.0, 0.0, 0.3, 0.7))
        self._outage = self._draw_outage(draw) if draw.random() < 0.3 else None
        self.kraken.habits.lags.update(self._draw_lags(draw))
        swing = draw.choice(_SWINGS)
        if swing is not None:
            self._let_swing(Decimal(swing))

    def take(self, call: Call) -> Fault | None:
        """Return what a call meets."""
        if call.endpoint == ORDER:
            self._has_begun = True
            self._stir(call)
        if not self._has_begun:
            return None
        fault = self._fault_of(call)
        if fault is not None:
            self.happened[kind_of(fault, call)] += 1
        return fault

    def _fault_of(self, call: Call) -> Fault | None:
        outage = self._outage
        if (
            outage is not None
            and outage.since <= call.at < outage.until
            and (call.is_private or outage.covers_all)
        ):
            return outage.fault
        if call.endpoint in PUBLIC:
            return self._public.take(call)
        return self._storms[call.endpoint == ORDER].take(call)

    def _draw_outage(self, draw: Random) -> _Outage:
        since = self.begun_at + timedelta(seconds=draw.uniform(1, 40))
        until = since + timedelta(seconds=draw.choice((2, 10, 45, 200)))
        return _Outage(since, until, draw.choice(_OUTAGES), covers_all=draw.random() < 0.3)

    def _draw_lags(self, draw: Random) -> Mapping[str, float]:
        if draw.random() < 0.5:
            return {}
        lags = {
            name: draw.choice(_SHORT_LAGS) for name in draw.sample(_LAGGING, draw.randint(1, 7))
        }
        if draw.random() < 0.3:
            lags[draw.choice(("OpenOrders", "ClosedOrders", "TradesHistory"))] = draw.choice(
                _LONG_LAGS
            )
        for name in lags:
            self.happened[f"late: {name}"] += 1
        return lags

    def _let_swing(self, amplitude: Decimal) -> None:
        self.happened["moving book"] += 1
        for number, market in enumerate(self.kraken.markets.values()):
            # Around the price of the card: a wave that began elsewhere would be a move at once.
            market.swing = Swing(self.seed + number, amplitude, period_seconds=900)

    def _stir(self, call: Call) -> None:
        """Change the book right before an order meets it."""
        draw = Random(f"book:{self.seed}:{call.number}")
        if draw.random() >= self._thin_rate:
            return
        self.kraken.catch_up()
        market = self.kraken.market(call.params["pair"])
        levels = market.against(call.params["type"])
        wanted = Decimal(call.params["volume"])
        if draw.random() < 0.3:
            levels.clear()
            self.happened["empty book"] += 1
            return
        there = (wanted * Decimal(draw.randint(1, 99)) / 100).quantize(Decimal("0.00000001"))
        levels[:] = [Level(levels[0].price, there)] if levels and there else []
        self.happened["thin book"] += 1


def kind_of(fault: Fault, call: Call) -> str:
    """Return a fault's kind in words."""
    if call.endpoint == ORDER:
        return f"order {_order_kind(fault)}"
    return f"question {_kind(fault)}"


def _order_kind(fault: Fault) -> str:
    if fault is _TWICE:
        return "sent twice by a proxy"
    if isinstance(fault, Unseen):
        return f"never arrived: {_kind(fault.fault)}"
    if isinstance(fault, TakesLater):
        return "dropped, taken later" if fault.seconds < _MUCH_LATER[0] else "dropped, due too late"
    if isinstance(fault, Delays | Postpones):
        return _kind(fault)
    return f"arrived: {_kind(fault)}"


def _kind(fault: Fault) -> str:
    match fault:
        case Unseen(inner):
            return _kind(inner)
        case Answers():
            return _kind_of_answer(fault)
        case Disconnects() | TakesLater():
            return "dropped"
        case BreaksOff() | CutsOff():
            return "cut body"
        case Delays() | Postpones():
            return "delayed"
        case Repeats():
            return "duplicate"
        case Shuffles():
            return "reordered"
    return type(fault).__name__


def _kind_of_answer(fault: Answers) -> str:
    if fault in (EMPTY, NO_RESULT):
        return "empty"
    if fault.status != 200:
        return "429" if fault.status == 429 else f"{fault.status // 10}x"
    if fault == HTML or fault.content_type == "text/html":
        return "HTML with 200"
    return "rate limit" if "imit" in fault.body or "lockout" in fault.body else "error text"
