"""Decisions as the engine makes them, for reading: the twelve common ones and every rarer reason."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from core.domain.decision import Decision
from core.domain.policy import BandRules, BenefitRules, ProfileName
from core.domain.portfolio import Balance
from core.domain.snapshot import Occasion
from core.domain.state import (
    EngineState,
    Halt,
    ManualPause,
    Stress,
    StressOverride,
    Turnover,
)
from core.domain.units import Asset, Money, Quantity, Weight
from tests.dsl import MORNING, Situation, decide_daily, decide_on, portfolio

STATE = EngineState()


@dataclass(frozen=True, slots=True)
class Sample:
    """A decision worth reading, by name."""

    name: str
    decision: Decision
    quote: str = "USD"


def worked(
    btc: str = "0.28182", eth: str = "2.6190", cash: str = "8000", **rules: Any
) -> Situation:
    """Return the worked example of METHODS 1.6, or a variation of it."""
    return portfolio(
        f"BTC {btc} @ 110000 -> 50", f"ETH {eth} @ 4200 -> 30", cash=f"{cash} -> 20", **rules
    )


def five(**amounts: str) -> Situation:
    """Return a portfolio of four coins and cash with other amounts where given."""
    held = {"btc": "0.20", "eth": "3", "sol": "40", "link": "160", "cash": "10000"} | amounts
    return portfolio(
        f"BTC {held['btc']} @ 100000 -> 40",
        f"ETH {held['eth']} @ 4000 -> 25",
        f"SOL {held['sol']} @ 150 -> 10",
        f"LINK {held['link']} @ 16 -> 5",
        cash=f"{held['cash']} -> 20",
    )


def _twice(situation: Situation, state: EngineState | None = None) -> Decision:
    return decide_daily(situation, 2, state)


def twelve() -> list[Sample]:
    """Return the decisions most people will meet."""
    since = MORNING - timedelta(hours=5)
    thin_benefit = BenefitRules(fallback_volatility=Decimal("0.02"))
    return [
        Sample("all cash, first funding", decide_on(worked("0", "0", "50000"))),
        Sample("one breach", _twice(worked())),
        Sample("hard breach", decide_on(worked("0.37", "1.6", "2600"))),
        Sample("nothing", decide_on(worked("0.2273", "2.738", "13500"))),
        Sample("awaiting confirmation", decide_on(worked())),
        Sample("paused", decide_on(worked(), replace(STATE, pause=ManualPause(since, "Ana")))),
        Sample(
            "halted",
            decide_on(worked(), replace(STATE, halt=Halt(since, "looking into a strange fill."))),
        ),
        Sample(
            "stale price",
            decide_on(
                portfolio(
                    "BTC 0.28 @ 110000 -> 50",
                    "ETH 2.6 @ 4200 -> 30, age 97000",
                    cash="8000 -> 20",
                )
            ),
        ),
        Sample("cost above benefit", _twice(worked(benefit=thin_benefit))),
        Sample(
            "too small",
            _twice(portfolio("BTC 0.0006 @ 110000 -> 50", "ETH 0.007 @ 4200 -> 50", cash="0 -> 0")),
        ),
        Sample(
            "cold limited",
            _twice(
                portfolio(
                    "BTC 0.02 @ 110000 -> 50, cold 0.26182",
                    "ETH 2.6190 @ 4200 -> 30",
                    cash="8000 -> 20",
                )
            ),
        ),
        Sample(
            "new money",
            _twice(worked("0.2", "2.0", "20000"), replace(STATE, new_money=Money(Decimal(11000)))),
        ),
    ]


def rare() -> list[Sample]:
    """Return decisions that show what the twelve do not."""
    return [*_plans(), *_refusals(), *_bad_data(), *_limits()]


def _plans() -> list[Sample]:
    quiet = BenefitRules(fallback_volatility=Decimal("0.02"))
    stressed = replace(STATE, stress=Stress.PAUSED)
    override = StressOverride(MORNING + timedelta(days=3), "Ana", "rent")
    return [
        Sample("two breaches", _twice(five(btc="0.36", eth="0.9", cash="6000"))),
        Sample("three breaches", _twice(five(btc="0.36", eth="0.5", sol="5", cash="8000"))),
        Sample("bought from cash", _twice(worked("0.2273", "1.9", "17000"))),
        Sample("bought by selling", _twice(worked("0.26", "1.9", "9000"))),
        Sample("cash above its band", _twice(worked("0.2", "2.4", "17900"))),
        Sample("cash below its band", _twice(worked("0.25", "4.2", "4000"))),
        Sample(
            "hard breach against the cost", decide_on(worked("0.37", "1.6", "2600", benefit=quiet))
        ),
        Sample(
            "an exit",
            _twice(
                portfolio("BTC 0.25 @ 110000 -> 60", "DOGE 5000 @ 0.2 -> 0", cash="18000 -> 40")
            ),
        ),
        Sample(
            "guarded", _twice(worked("0.33", "2", "5000"), replace(STATE, stress=Stress.GUARDED))
        ),
        Sample("resumed under stress", _twice(worked(), replace(stressed, override=override))),
        Sample("small portfolio", _twice(worked("0.031", "0.08", "260"))),
        Sample(
            "many assets at first",
            decide_on(five(btc="0", eth="0", sol="0", link="0", cash="6000")),
        ),
        Sample(
            "other quote",
            _twice(
                portfolio(
                    "BTC 0.28182 @ 110000 -> 50",
                    "ETH 2.6190 @ 4200 -> 30",
                    cash="8000 -> 20",
                    quote="USDT",
                )
            ),
            "USDT",
        ),
        Sample(
            "cash too short",
            _twice(
                portfolio(
                    "BTC 0.02 @ 110000 -> 50, cold 0.26182",
                    "ETH 0.5 @ 4200 -> 30",
                    cash="8000 -> 20",
                    reserve=Money(Decimal(7500)),
                )
            ),
        ),
    ]


def _refusals() -> list[Sample]:
    return [
        Sample("stress pause", decide_on(worked(), replace(STATE, stress=Stress.PAUSED))),
        Sample(
            "one asset not listed",
            _twice(
                portfolio(
                    "BTC 0.28182 @ 110000 -> 45",
                    "ETH 2.6190 @ 4200 -> 30",
                    "LINK 100 @ 16 -> 5, status unlisted",
                    cash="8000 -> 20",
                )
            ),
        ),
        Sample(
            "stuck outside",
            _twice(
                portfolio(
                    "BTC 0.28182 @ 110000 -> 50, status unlisted",
                    "ETH 2.6190 @ 4200 -> 30",
                    cash="8000 -> 20",
                )
            ),
        ),
        Sample(
            "market halted",
            _twice(
                portfolio(
                    "BTC 0.28182 @ 110000 -> 50",
                    "ETH 2.6190 @ 4200 -> 30, status halted",
                    cash="8000 -> 20",
                )
            ),
        ),
        Sample(
            "market post only",
            _twice(
                portfolio(
                    "BTC 0.28182 @ 110000 -> 50",
                    "ETH 2.6190 @ 4200 -> 30, status post_only",
                    cash="8000 -> 20",
                )
            ),
        ),
        Sample(
            "wide spread",
            _twice(
                portfolio(
                    "BTC 0.28182 @ 110000 -> 50, spread 80",
                    "ETH 2.6190 @ 4200 -> 30",
                    cash="8000 -> 20",
                )
            ),
        ),
        Sample(
            "stale on a leg",
            _twice(
                portfolio(
                    "BTC 0.28182 @ 110000 -> 50, age 400",
                    "ETH 2.6190 @ 4200 -> 30",
                    cash="8000 -> 20",
                )
            ),
        ),
        Sample(
            "fee coin short",
            decide_on(
                portfolio(
                    "BTC 0.28182 @ 110000 -> 50, mode token",
                    "ETH 2.6190 @ 4200 -> 30, mode token",
                    cash="8000 -> 20",
                ),
                _twice(worked()).next_state,
                day=3,
                fee_token_value=Money(Decimal("3.50")),
            ),
        ),
        Sample("seen intraday", decide_on(worked(), occasion=Occasion.INTRADAY)),
        Sample(
            "first funding, asked", decide_on(worked("0", "0", "50000"), occasion=Occasion.INTRADAY)
        ),
    ]


def _bad_data() -> list[Sample]:
    lone = worked()
    strange = [
        *lone.snapshot.balances,
        Balance(Asset("AIRDROP"), Quantity(Decimal("1200.5"))),
        Balance(Asset("VISIT-SITE.COM"), Quantity(Decimal(1))),
    ]
    return [
        Sample("empty account", decide_on(worked("0", "0", "0"))),
        Sample("unmanaged coins", decide_on(lone, balances=tuple(strange))),
        Sample("no prices", decide_on(lone, quotes=())),
        Sample(
            "absurd price",
            decide_on(
                lone,
                quotes=(
                    replace(lone.snapshot.quotes[0], bid=lone.snapshot.quotes[0].ask * 2),
                    lone.snapshot.quotes[1],
                ),
            ),
        ),
        Sample(
            "sources disagree",
            decide_on(
                portfolio(
                    "BTC 0.28182 @ 110000 -> 50, beside 105000/105100",
                    "ETH 2.6190 @ 4200 -> 30",
                    cash="8000 -> 20",
                )
            ),
        ),
        Sample("clock skew", decide_on(lone, clock_skew=timedelta(seconds=17))),
        Sample(
            "absurd balance",
            decide_on(
                lone,
                balances=(
                    Balance(Asset("BTC"), Quantity(Decimal(-1))),
                    *lone.snapshot.balances[1:],
                ),
            ),
        ),
        Sample("unsettled data", decide_on(lone, warnings=("unknown_balance:ETH2.S",))),
        Sample(
            "many stale prices",
            decide_on(
                portfolio(
                    "BTC 0.2 @ 110000 -> 40, age 97000",
                    "ETH 2.6 @ 4200 -> 25, age 98000",
                    "SOL 40 @ 150 -> 10, age 99000",
                    "LINK 160 @ 16 -> 5, age 97000",
                    cash="8000 -> 20",
                )
            ),
        ),
    ]


def _limits() -> list[Sample]:
    waiting = decide_on(worked()).next_state
    tiny = worked("0.031", "0.08", "260")
    tiny_waiting = decide_on(tiny).next_state
    today = (MORNING + timedelta(days=1)).date()

    def after(situation: Situation, state: EngineState, **changes: Any) -> Decision:
        return decide_on(situation, replace(state, **changes), day=1)

    return [
        Sample("proposal open", after(worked(), waiting, open_proposal="7f3k9q2m")),
        Sample("one a day", after(worked(), waiting, proposed_on=(today,))),
        Sample("after execution", after(worked(), waiting, executed_at=MORNING)),
        Sample(
            "turnover limit",
            after(
                worked(),
                waiting,
                turnovers=(Turnover(MORNING - timedelta(days=9), Weight(Decimal("0.27"))),),
            ),
        ),
        Sample(
            "yearly limit",
            after(
                tiny,
                tiny_waiting,
                proposed_on=tuple(
                    (MORNING - timedelta(days=30 * n)).date() for n in range(4, 0, -1)
                ),
            ),
        ),
        Sample(
            "tight profile",
            _twice(worked("0.25", "2.6190", bands=BandRules(profile=ProfileName.TIGHT))),
        ),
    ]


Maker = Callable[[], list[Sample]]


def every() -> list[Sample]:
    """Return all samples."""
    return [*twelve(), *rare()]
