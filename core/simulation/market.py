"""A seeded generator -> hourly bars of a made-up market, for as long as anybody asks.

Each hour's log return of a coin is ``beta * market + own``: one market factor and one part of its
own, both with fat tails (Student's t, four degrees of freedom), inside the phases of ``phases``. A
phase ends where its plot says: the noise is shifted so that it adds up to the drift, and so a
demonstration shows its drift breach and its crash with every seed.

The same seed gives the same path on every machine: sums are exact, returns are rounded to 1e-9
before they add up, prices and volumes are rounded to eight significant digits. Phases are drawn
whole and in order, so it does not matter in which steps somebody asks for them.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from core.domain.units import Asset
from core.simulation.bar_table import AssetBars, BarTable, Floats
from core.simulation.phases import (
    COINS,
    DEMONSTRATION,
    HISTORY,
    PRELUDE,
    Coin,
    Phase,
    PhaseName,
    next_phases,
)

SOURCE = "simulated"
HOUR = 3_600
HISTORY_DAYS = sum(phase.days for phase in (*PRELUDE, *HISTORY))
DEMONSTRATION_DAYS = sum(phase.days for phase in DEMONSTRATION)

_HOURS = 24
_TAIL = 4
_TAIL_CLIP = 6.0
_RETURN_DIGITS = 9
_OWN_JITTER = 0.3
_WICK = 0.35
_DIGITS = 8
_LOWEST = -30
# Powers of ten as the parser reads them: exact where they can be, unlike a vectorised pow.
_POWERS = np.array([float(f"1e{exponent}") for exponent in range(_LOWEST, 31)])

Columns = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """The bars of one phase: arrays of hours by coins."""

    phase: Phase
    opens: Columns
    highs: Columns
    lows: Columns
    closes: Columns
    volumes: Columns

    @property
    def hours(self) -> int:
        """How many bars per coin."""
        return len(self.opens)


@dataclass(frozen=True, slots=True)
class PhaseSpan:
    """When a phase was on."""

    name: PhaseName
    starts_at: datetime
    ends_at: datetime


def significant(values: Floats, digits: int = _DIGITS) -> Floats:
    """Round positive numbers to ``digits`` significant digits, half to even, on every machine."""
    magnitude = np.searchsorted(_POWERS, values, side="right") - 1 + _LOWEST
    shift = digits - 1 - magnitude
    scale = _POWERS[np.abs(shift) - _LOWEST]
    down, up = np.rint(values * scale) / scale, np.rint(values / scale) * scale
    rounded: Floats = np.where(shift >= 0, down, up)
    return rounded


def market_blocks(rng: np.random.Generator, coins: Sequence[Coin] = COINS) -> Iterator[Block]:
    """Yield phase after phase without end: the history, the demonstration, then drawn ones.

    The first bar after the history opens at every coin's starting price.
    """
    before = rng.spawn(1)[0]  # a stream of its own, so that what follows stays as it was
    history = [(before, phase, _returns(before, phase, coins)) for phase in PRELUDE]
    history += [(rng, phase, _returns(rng, phase, coins)) for phase in HISTORY]
    drawn = [returns for _, _, returns in history]
    levels = [-math.fsum(math.fsum(part[:, n]) for part in drawn) for n in range(len(coins))]
    for stream, phase, returns in history:
        yield _block(stream, phase, coins, returns=returns, levels=levels)
    for phase in DEMONSTRATION:
        yield _block(rng, phase, coins, returns=_returns(rng, phase, coins), levels=levels)
    while True:
        for phase in next_phases(rng, coins, levels):
            yield _block(rng, phase, coins, returns=_returns(rng, phase, coins), levels=levels)


class SimulatedPath:
    """One simulated market that grows as far as it is asked for."""

    def __init__(
        self, rng: np.random.Generator, *, starts_at: datetime, coins: Sequence[Coin] = COINS
    ) -> None:
        """Begin a path whose demonstration starts at ``starts_at``, a whole hour, aware UTC."""
        if starts_at.timestamp() % HOUR:
            raise ValueError(f"{starts_at.isoformat()} is not a whole hour")
        self._coins = tuple(coins)
        self._origin = starts_at - timedelta(days=HISTORY_DAYS)
        self._blocks = market_blocks(rng, self._coins)
        self._drawn: list[Block] = []
        self._hours = 0
        self._table: BarTable | None = None

    def table(self, until: datetime) -> BarTable:
        """Return bars from the beginning of the history to beyond ``until``.

        The table ends with a phase; the same object comes back while nothing had to be added.
        """
        while self._origin + timedelta(hours=self._hours) <= until or not self._drawn:
            self._drawn.append(next(self._blocks))
            self._hours += self._drawn[-1].hours
            self._table = None
        if self._table is None:
            self._table = self._joined()
        return self._table

    def phases(self) -> tuple[PhaseSpan, ...]:
        """Return every phase drawn so far, the history included."""
        spans: list[PhaseSpan] = []
        at = self._origin
        for block in self._drawn:
            ends_at = at + timedelta(hours=block.hours)
            spans.append(PhaseSpan(block.phase.name, at, ends_at))
            at = ends_at
        return tuple(spans)

    def _joined(self) -> BarTable:
        starts = int(self._origin.timestamp()) + HOUR * np.arange(self._hours, dtype=np.int64)
        columns = [
            np.concatenate([getattr(block, name) for block in self._drawn])
            for name in ("opens", "highs", "lows", "closes", "volumes")
        ]
        order = sorted(range(len(self._coins)), key=lambda n: self._coins[n].asset)
        return BarTable(
            SOURCE,
            timedelta(seconds=HOUR),
            tuple(
                AssetBars(
                    Asset(self._coins[n].asset),
                    starts,
                    *(np.ascontiguousarray(column[:, n]) for column in columns),
                )
                for n in order
            ),
        )


def _returns(rng: np.random.Generator, phase: Phase, coins: Sequence[Coin]) -> Columns:
    """Draw a phase's hourly log returns: they add up to its plot, give or take a coin's own."""
    hours = phase.days * _HOURS
    leads = dict(phase.leads)
    # Volatility is not the same every day: calm days and wild days come by themselves.
    mood = np.repeat(np.exp(0.25 * _normal(rng, phase.days)), _HOURS)
    market = _pinned(_tails(rng, hours) * mood, phase.market_vol, phase.drift)
    columns = []
    for coin in coins:
        vol = coin.own_vol * phase.own
        jitter = _OWN_JITTER * vol * math.sqrt(phase.days) * float(_normal(rng, 1)[0])
        own = _pinned(_tails(rng, hours) * mood, vol, leads.get(coin.asset, 0.0) + jitter)
        columns.append(np.round(coin.beta * market + own, _RETURN_DIGITS))
    return np.column_stack(columns)


def _block(
    rng: np.random.Generator,
    phase: Phase,
    coins: Sequence[Coin],
    *,
    returns: Columns,
    levels: list[float],
) -> Block:
    """Turn a phase's returns into bars; ``levels`` moves on to the end of the phase."""
    hours = len(returns)
    start = np.array([coin.start_price for coin in coins])
    path = np.vstack([np.zeros((1, len(coins))), np.cumsum(returns, axis=0)]) + np.array(levels)
    prices = significant(start * np.exp(path))
    opens, closes = prices[:-1], prices[1:]
    vol = np.array([math.hypot(c.beta * phase.market_vol, c.own_vol * phase.own) for c in coins])
    vol = vol / math.sqrt(_HOURS)
    wicks = np.exp(_WICK * vol * np.abs(_normal(rng, (2, hours, len(coins)))))
    usual = np.array([coin.daily_volume for coin in coins]) * phase.volume / _HOURS
    busy = (0.6 + 0.5 * np.abs(returns) / vol) * np.exp(0.35 * _normal(rng, returns.shape))
    for n in range(len(coins)):
        levels[n] = float(path[-1, n])
    return Block(
        phase,
        opens=opens,
        highs=significant(np.maximum(opens, closes) * wicks[0]),
        lows=significant(np.minimum(opens, closes) / wicks[1]),
        closes=closes,
        volumes=significant(usual * busy),
    )


def _normal(rng: np.random.Generator, shape: int | tuple[int, ...]) -> Columns:
    return np.round(rng.standard_normal(shape), _RETURN_DIGITS)


def _tails(rng: np.random.Generator, hours: int) -> Floats:
    """Draw fat-tailed noise of unit variance; the furthest tail is cut at six deviations."""
    drawn = rng.standard_t(_TAIL, hours) / math.sqrt(_TAIL / (_TAIL - 2))
    drawn = np.minimum(np.maximum(drawn, -_TAIL_CLIP), _TAIL_CLIP)
    return np.round(drawn, _RETURN_DIGITS)


def _pinned(noise: Floats, daily_vol: float, total: float) -> Floats:
    """Scale noise to a daily volatility and shift it so that it adds up to ``total``."""
    scaled: Floats = noise * (daily_vol / math.sqrt(_HOURS))
    pinned: Floats = scaled + (total - math.fsum(scaled.tolist())) / len(scaled)
    return pinned
