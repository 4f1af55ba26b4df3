"""Decisions that show what the twelve common ones do not: rare plans, refusals, bad data."""
# ruff: noqa: ANN401  # changes are handed to dataclasses.replace, whatever the field takes

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from core.domain.decision import Decision
from core.domain.policy import BandRules, BenefitRules, ProfileName
from core.domain.portfolio import Balance
from core.domain.snapshot import Occasion
from core.domain.state import EngineState, Turnover
from core.domain.units import Asset, Money, Price, Quantity, Weight
from tests.dsl import MORNING, Situation, book, decide_on, portfolio
from tests.explain.market_samples import market
from tests.explain.samples import Sample, confirmed, five, twelve, worked


def rare() -> list[Sample]:
    """Return decisions that show what the twelve do not."""
    return [*_plans(), *_refusals(), *_bad_data(), *_limits()]


def _plans() -> list[Sample]:
    quiet = BenefitRules(fallback_volatility=Decimal("0.02"))
    return [
        Sample("two breaches", confirmed(five(btc="0.29", eth="1.6", cash="9000"))),
        Sample("three breaches", decide_on(five(btc="0.36", eth="0.5", sol="5", cash="8000"))),
        Sample("bought from cash", confirmed(worked("0.2273", "1.9", "17000"))),
        Sample("bought by selling", confirmed(worked("0.26", "1.9", "9000"))),
        Sample("one coin below, cash pays", confirmed(worked("0.23727", "2.3690", "13950"))),
        Sample("one coin below, another pays", confirmed(worked("0.2655", "2.2024", "11545"))),
        Sample("far below", decide_on(five(btc="0.245", eth="0.5", sol="44", link="200"))),
        Sample("cash above its band", confirmed(worked("0.2", "2.4", "17900"))),
        Sample("cash below its band", confirmed(worked("0.25", "4.2", "4000"))),
        Sample(
            "hard breach against the cost", decide_on(worked("0.37", "1.6", "2600", benefit=quiet))
        ),
        Sample(
            "an exit",
            confirmed(
                portfolio("BTC 0.25 @ 110000 -> 60", "DOGE 5000 @ 0.2 -> 0", cash="18000 -> 40")
            ),
        ),
        Sample("small portfolio, first day", decide_on(worked("0.031", "0.08", "260"))),
        Sample("small portfolio", confirmed(worked("0.031", "0.08", "260"))),
        Sample(
            "many assets at first",
            decide_on(five(btc="0", eth="0", sol="0", link="0", cash="6000")),
        ),
        Sample(
            "other quote",
            confirmed(
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
            "trades cost more than expected",
            decide_on(
                worked(),
                decide_on(worked()).next_state,
                day=1,
                walk_ratios=(("BTC", Decimal("1.7321")),),
            ),
        ),
        Sample(
            "cash too short",
            confirmed(
                portfolio(
                    "BTC 0.24 @ 110000 -> 50",
                    "ETH 1.9 @ 4200 -> 30",
                    cash="15600 -> 20",
                    reserve=Money(Decimal(12000)),
                )
            ),
        ),
    ]


def _refusals() -> list[Sample]:
    return [
        Sample(
            "one asset not listed",
            confirmed(
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
            confirmed(
                portfolio(
                    "BTC 0.28182 @ 110000 -> 50, status unlisted",
                    "ETH 2.6190 @ 4200 -> 30",
                    cash="8000 -> 20",
                )
            ),
        ),
        Sample(
            "market halted",
            confirmed(
                portfolio(
                    "BTC 0.28182 @ 110000 -> 50",
                    "ETH 2.6190 @ 4200 -> 30, status halted",
                    cash="8000 -> 20",
                )
            ),
        ),
        Sample(
            "market post only",
            confirmed(
                portfolio(
                    "BTC 0.28182 @ 110000 -> 50",
                    "ETH 2.6190 @ 4200 -> 30, status post_only",
                    cash="8000 -> 20",
                )
            ),
        ),
        Sample(
            "wide spread",
            confirmed(
                portfolio(
                    "BTC 0.28182 @ 110000 -> 50, spread 80",
                    "ETH 2.6190 @ 4200 -> 30",
                    cash="8000 -> 20",
                )
            ),
        ),
        Sample(
            "stale on a leg",
            confirmed(
                portfolio(
                    "BTC 0.28182 @ 110000 -> 50, age 400",
                    "ETH 2.6190 @ 4200 -> 30",
                    cash="8000 -> 20",
                )
            ),
        ),
        Sample(
            "book that stands still",
            decide_on(
                worked(bands=BandRules(confirm=1)),
                books=(
                    replace(
                        book("BTC", bids=["9 @ 109990"], asks=["9 @ 110010"]),
                        observed_at=MORNING - timedelta(minutes=30),
                    ),
                ),
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
                decide_on(worked()).next_state,
                day=1,
                fee_token_value=Money(Decimal("3.50")),
            ),
        ),
        Sample("seen intraday", decide_on(worked(), occasion=Occasion.INTRADAY)),
        Sample(
            "first funding, asked", decide_on(worked("0", "0", "50000"), occasion=Occasion.ASKED)
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
                    replace(lone.snapshot.quotes[0], bid=Price(lone.snapshot.quotes[0].ask * 2)),
                    lone.snapshot.quotes[1],
                ),
            ),
        ),
        Sample(
            "crossed book",
            decide_on(lone, books=(book("BTC", bids=["9 @ 110100"], asks=["9 @ 109900"]),)),
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
        Sample(
            "impossible market rules",
            decide_on(
                lone,
                rules=(
                    replace(lone.snapshot.rules[0], price_tick=Price(Decimal(0))),
                    lone.snapshot.rules[1],
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
            confirmed(
                worked(
                    "0.25",
                    "2.6190",
                    bands=BandRules(profile=ProfileName.TIGHT, adapt_to_size=False),
                )
            ),
        ),
    ]


def every() -> list[Sample]:
    """Return all samples: each reason the engine knows stands in at least one of them."""
    return [*twelve(), *rare(), *market()]
