"""One stored decision for everything that a gate can say, and the worked example."""

from datetime import timedelta
from decimal import Decimal

from core.domain.policy import BandRules
from core.domain.snapshot import Occasion
from core.domain.state import EngineState, Halt, ManualPause, StressOverride, Turnover
from core.domain.stress import Stress, StressState
from core.domain.units import Asset, Money, Weight
from tests.dsl import MORNING, book, decide_daily, decide_on, history, portfolio
from tests.golden.case import ONCE, Case, btc, with_memory

YESTERDAY = MORNING - timedelta(days=1)


def _money(text: str) -> Money:
    return Money(Decimal(text))


GATE_CASES = (
    Case(
        "01_worked_example",
        "METHODS 1.6: on the second day 0.03195 BTC are sold and 0.62 ETH bought",
        lambda: decide_daily(
            portfolio(
                "BTC 0.28182 @ 110000 -> 50, min 10",
                "ETH 2.6190 @ 4200 -> 30, spread 10, step 0.0001, min 10",
                cash="8000 -> 20",
            ),
            2,
        ),
    ),
    Case(
        "19_clock_skew",
        "Gate 1: the machine's clock is 6 s off the venue's",
        lambda: decide_on(btc("0.62", "38000"), clock_skew=timedelta(seconds=6)),
    ),
    Case(
        "20_halted",
        "Gate 2: halted since yesterday; the sale that would have run is kept as withheld",
        lambda: with_memory(EngineState(halt=Halt(YESTERDAY, "balance mismatch"))),
    ),
    Case(
        "21_paused_by_hand",
        "Gate 3: a person asked for quiet",
        lambda: with_memory(EngineState(pause=ManualPause(YESTERDAY, "7"))),
    ),
    Case(
        "22_paused_by_stress",
        "Gate 3: the market's stress holds proposals back",
        lambda: with_memory(EngineState(stress=StressState(Stress.PAUSED))),
    ),
    Case(
        "23_override_in_force",
        "Gate 3: a person resumed for 24 h with a reason, one hour is left: proposed",
        lambda: with_memory(
            EngineState(
                stress=StressState(Stress.PAUSED),
                override=StressOverride(MORNING + timedelta(hours=1), "7", "I looked"),
            )
        ),
    ),
    Case(
        "24_small_profile",
        "Gate 5: worth 8,000, so 15 points of band: 62 % BTC is inside 35 to 65",
        lambda: decide_on(portfolio("BTC 0.0496 @ 100000 -> 50", cash="3040 -> 50", bands=ONCE)),
    ),
    Case(
        "25_guarded",
        "Gate 5: GUARDED widens to 15 points and halves the sale from 12.5 to 6.25 points",
        lambda: decide_on(btc("0.7", "30000"), EngineState(stress=StressState(Stress.GUARDED))),
    ),
    Case(
        "26_no_breach",
        "Gate 6: 59.99 % BTC is inside its band by a hair; the margins say where it would begin",
        lambda: decide_on(btc("0.5999", "40010")),
    ),
    Case(
        "27_awaiting_confirmation",
        "Gate 6: exactly on the edge is a breach, the first of two days",
        lambda: decide_on(
            portfolio("BTC 0.6 @ 100000 -> 50", cash="40000 -> 50", bands=BandRules(confirm=2))
        ),
    ),
    Case(
        "28_hard_breach_intraday",
        "Gate 6: 70 % is two bands out, hard enough for any hour; sold to 55 %",
        lambda: decide_on(btc("0.7", "30000"), occasion=Occasion.INTRADAY),
    ),
    Case(
        "29_new_money",
        "Gate 7: of 14,000 new 8,000 are above the cash target: ETH and SOL get them, nobody sells",
        lambda: decide_on(
            portfolio(
                "BTC 0.48 @ 100000 -> 45",
                "ETH 4.5 @ 4000 -> 25",
                "SOL 160 @ 100 -> 20",
                cash="18000 -> 10",
                bands=ONCE,
            ),
            EngineState(new_money=_money("14000")),
        ),
    ),
    Case(
        "30_zero_cash_target",
        "Gate 7: a cash target of 0 has a band of 2.5 points; 6 % in cash goes down to 1.25 %",
        lambda: decide_on(
            portfolio("BTC 0.5 @ 100000 -> 55", "ETH 11 @ 4000 -> 45", cash="6000 -> 0", bands=ONCE)
        ),
    ),
    Case(
        "31_illiquid",
        "Gate 7: ETH's book ends after 0.1 coins, so SOL, the next in line, gets the money",
        lambda: decide_on(
            portfolio(
                "BTC 0.605 @ 100000 -> 50",
                "ETH 4.25 @ 4000 -> 25",
                "SOL 144 @ 100 -> 15",
                cash="8100 -> 10",
                bands=ONCE,
            ),
            books=(
                book("BTC", bids=["9 @ 99970"]),
                book("ETH", asks=["0.1 @ 4001.2"]),
                book("SOL", asks=["900 @ 100.03"]),
            ),
        ),
    ),
    Case(
        "32_walk_through_the_book",
        "Gate 7: half of the sale fills 3 bp and half 23 bp below the middle: slip 13 bp",
        lambda: decide_on(
            btc("0.62", "38000"), books=(book("BTC", bids=["0.035 @ 99970", "9 @ 99770"]),)
        ),
    ),
    Case(
        "33_cold_limit",
        "Gate 8: 12 points should go and 5 are hot: 0.05 BTC are sold, the rest is cold",
        lambda: decide_on(
            portfolio("BTC 0.05 @ 100000 -> 50, cold 0.62", cash="33000 -> 50", bands=ONCE)
        ),
    ),
    Case(
        "34_reserve",
        "Gate 8: of 70,000 in cash 60,000 are reserve: 10,000 buy what they can",
        lambda: decide_on(
            portfolio(
                "BTC 0.3 @ 100000 -> 50", cash="70000 -> 50", reserve=_money("60000"), bands=ONCE
            )
        ),
    ),
    Case(
        "35_trading_capital",
        "Gate 8: 100,000 under a limit of 10,000: a tenth of BTC is hot, and all of it is sold",
        lambda: decide_on(btc("0.9", "10000", trading_capital=_money("10000"))),
    ),
    Case(
        "36_fee_token_short",
        "Gate 8: the fee of about 28 comes from a token worth 5: the orders are withheld",
        lambda: decide_on(
            portfolio("BTC 0.62 @ 100000 -> 50, mode token", cash="38000 -> 50", bands=ONCE),
            fee_token_value=_money("5"),
        ),
    ),
    Case(
        "37_fee_in_base_coins",
        "Gate 8: the fee is taken from the coins: 0.4 % more are ordered than arrive",
        lambda: decide_on(
            portfolio("BTC 0.38 @ 100000 -> 50, mode base", cash="62000 -> 50", bands=ONCE)
        ),
    ),
    Case(
        "38_below_the_minimum",
        "Gate 8: worth 50, 80 % BTC: the sale of 10 is below the smallest trade of 25",
        lambda: decide_on(portfolio("BTC 0.0004 @ 100000 -> 50", cash="10 -> 50", bands=ONCE)),
    ),
    Case(
        "39_cost_above_benefit",
        "Gate 9: 60.1 % with a fee of 6 %: a benefit of 37 bp against 1.5 times 32 bp of cost",
        lambda: decide_on(
            portfolio("BTC 0.601 @ 100000 -> 50, fee 6", cash="39900 -> 50", bands=ONCE)
        ),
    ),
    Case(
        "40_risk_limit",
        "Gate 9: a hard breach with a fee of 20 % is proposed all the same, as a risk limit",
        lambda: decide_on(portfolio("BTC 0.71 @ 100000 -> 50, fee 20", cash="29000 -> 50")),
    ),
    Case(
        "41_history_speaks",
        "Gate 9: bars that swing 3 % a day halve the benefit that 80 % a year would give",
        lambda: decide_on(btc("0.62", "38000"), bars=(history("BTC", 100_000.0),)),
    ),
    Case(
        "42_one_a_day",
        "Gate 10: a hard breach three hours after today's proposal waits for tomorrow",
        lambda: decide_on(
            btc("0.7", "30000"),
            EngineState(proposed_on=(MORNING.date(),)),
            occasion=Occasion.INTRADAY,
        ),
    ),
    Case(
        "43_proposal_open",
        "Gate 10: yesterday's proposal still waits for a person",
        lambda: with_memory(EngineState(proposed_on=(YESTERDAY.date(),), open_proposal="7f3k9q2m")),
    ),
    Case(
        "44_after_execution",
        "Gate 10: executed yesterday, so an ordinary breach waits until the third day is over",
        lambda: with_memory(EngineState(executed_at=YESTERDAY)),
    ),
    Case(
        "45_turnover",
        "Gate 10: 25 % turned over ten days ago, 7 points more would pass 30 %",
        lambda: with_memory(
            EngineState(
                turnovers=(Turnover(MORNING - timedelta(days=10), Weight(Decimal("0.25"))),)
            )
        ),
    ),
    Case(
        "46_yearly_limit",
        "Gate 10: worth 4,000 and asked four times this year: the fifth waits",
        lambda: decide_on(
            portfolio("BTC 0.029 @ 100000 -> 50", cash="1100 -> 50", bands=ONCE),
            EngineState(
                proposed_on=tuple((MORNING - timedelta(days=d)).date() for d in (300, 200, 100, 50))
            ),
        ),
    ),
    Case(
        "47_recheck",
        "An approved plan on fresh data: today's proposal and its confirmation do not matter",
        lambda: decide_on(
            btc("0.62", "38000", bands=BandRules(confirm=2)),
            EngineState(proposed_on=(MORNING.date(),), open_proposal="7f3k9q2m"),
            occasion=Occasion.RECHECK,
        ),
    ),
    Case(
        "48_dropped_leg",
        "Costs take 0.5 % of V: ETH, 0.1 points under, would be sold to reach 40 %; it is left out",
        lambda: decide_on(
            portfolio(
                "BTC 0.3 @ 100000 -> 15, fee 1.9",
                "ETH 9.975 @ 4000 -> 40, fee 1.9",
                "SOL 151 @ 100 -> 25, fee 1.9",
                cash="15000 -> 20",
                bands=BandRules(confirm=1, delta=Weight(Decimal(0))),
            )
        ),
    ),
    Case(
        "61_walk_raised",
        "Gate 7: the book of case 32 where trades cost 1.8 times the estimate: slip 21 bp, not 13",
        lambda: decide_on(
            btc("0.62", "38000"),
            books=(book("BTC", bids=["0.035 @ 99970", "9 @ 99770"]),),
            walk_ratios=((Asset("BTC"), Decimal("1.8")),),
        ),
    ),
)
