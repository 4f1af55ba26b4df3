"""One stored decision for every edge case of METHODS 1.9."""

from core.domain.decision import Decision
from tests.dsl import decide_on, portfolio
from tests.golden.case import ONCE, Case


def _three(options: str) -> Decision:
    # BTC is over its band, ETH under it; SOL on target takes the options.
    lines = ["BTC 0.605 @ 100000 -> 50", f"SOL 200 @ 100 -> 20{options}", "ETH 2.375 @ 4000 -> 20"]
    return decide_on(portfolio(*lines, cash="10000 -> 10", bands=ONCE))


EDGE_CASES = (
    Case(
        "02_targets_do_not_sum",
        "Targets of 50 + 40 % are refused before anything is decided",
        lambda: decide_on(portfolio("BTC 0.5 @ 100000 -> 50", cash="50000 -> 40")),
    ),
    Case(
        "03_exit",
        "Target 0 and 10 % held: all 100 SOL are sold, BTC and cash are filled to their targets",
        lambda: decide_on(
            portfolio(
                "BTC 0.42 @ 100000 -> 50", "SOL 100 @ 100 -> 0", cash="48000 -> 50", bands=ONCE
            )
        ),
    ),
    Case(
        "04_exit_dust",
        "Target 0 and 0.2 % held, below the smallest trade of 0.25 %: ignored for ever",
        lambda: decide_on(
            portfolio("BTC 0.5 @ 100000 -> 50", "SOL 2 @ 100 -> 0", cash="49800 -> 50", bands=ONCE)
        ),
    ),
    Case(
        "05_exit_of_all_that_is_hot",
        "12.34567 SOL in lots of 0.001: 12.345 are sold; a lot size is no cold limit",
        lambda: decide_on(
            portfolio(
                "BTC 0.45 @ 100000 -> 50",
                "SOL 12.34567 @ 500 -> 0, step 0.001",
                cash="48827.165 -> 50",
                bands=ONCE,
            )
        ),
    ),
    Case(
        "06_unknown_token",
        "50,000 of an unknown token arrive: flagged, not counted, BTC stays at 50 % of 100,000",
        lambda: decide_on(
            portfolio("BTC 0.5 @ 100000 -> 50", "MEME 5000 @ 10", cash="50000 -> 50", bands=ONCE)
        ),
    ),
    Case(
        "07_price_missing",
        "ETH is held and has no price: no value, no weights, no trade",
        lambda: decide_on(
            portfolio("BTC 0.62 @ 100000 -> 50", "ETH 5 @ none -> 20", cash="30000 -> 30")
        ),
    ),
    Case(
        "08_traded_price_stale",
        "BTC's price is 121 s old and BTC would be sold: the plan is withheld at gate 8",
        lambda: decide_on(
            portfolio("BTC 0.62 @ 100000 -> 50, age 121", cash="38000 -> 50", bands=ONCE)
        ),
    ),
    Case(
        "09_held_price_three_hours_old",
        "SOL's price is 3 h old and SOL is not traded: BTC is sold and ETH bought all the same",
        lambda: _three(", age 10800"),
    ),
    Case(
        "10_held_price_a_day_old",
        "SOL's price is 24 h and 1 s old: too old even for an asset that is only held",
        lambda: _three(", age 86401"),
    ),
    Case(
        "11_sources_disagree",
        "The venue is 2 % above the median of three sources: no proposal",
        lambda: decide_on(
            portfolio(
                "BTC 0.62 @ 102000 -> 50, beside 100000/100000", cash="38000 -> 50", bands=ONCE
            )
        ),
    ),
    Case(
        "12_no_value",
        "An empty account: no value to divide by, said as a reason",
        lambda: decide_on(portfolio("BTC 0 @ 100000 -> 50", cash="0 -> 50")),
    ),
    Case(
        "13_first_funding",
        "All cash: bought straight to target on the first day, 80 % turnover being exempt",
        lambda: decide_on(
            portfolio("BTC 0 @ 100000 -> 50", "ETH 0 @ 4000 -> 30", cash="100000 -> 20")
        ),
    ),
    Case(
        "14_first_funding_too_small",
        "All cash, 700 of it, and targets of 1 to 2 %: every buy is below 25, nothing is proposed",
        lambda: decide_on(
            portfolio(
                "BTC 0 @ 100000 -> 2", "ETH 0 @ 4000 -> 2", "SOL 0 @ 100 -> 1", cash="700 -> 95"
            )
        ),
    ),
    Case(
        "15_everything_breached",
        "All four out of band: each goes half-way, BTC and cash share the 3 points that are left",
        lambda: decide_on(
            portfolio(
                "BTC 0.1 @ 100000 -> 30",
                "ETH 12.5 @ 4000 -> 30",
                "SOL 250 @ 100 -> 10",
                cash="15000 -> 30",
                bands=ONCE,
            )
        ),
    ),
    Case(
        "16_locked_and_staked",
        "70 % BTC but only 0.04 free: exactly those are sold, the rest is locked or staked",
        lambda: decide_on(
            portfolio(
                "BTC 0.04 @ 100000 -> 50, locked 0.3, staked 0.36",
                cash="30000 -> 50",
                bands=ONCE,
            )
        ),
    ),
    Case(
        "17_market_halted",
        "BTC far over but halted: its leg is dropped, ETH gets only what cash has to spare",
        lambda: decide_on(
            portfolio(
                "BTC 0.6 @ 100000 -> 40, status halted",
                "ETH 2.5 @ 4000 -> 40",
                cash="30000 -> 20",
                bands=ONCE,
            )
        ),
    ),
    Case(
        "18_post_only",
        "SOL under its band but post-only, nobody else out: no breach, and the reason is named",
        lambda: decide_on(
            portfolio(
                "BTC 0.57 @ 100000 -> 50",
                "ETH 5 @ 4000 -> 15",
                "SOL 130 @ 100 -> 25, status post_only",
                cash="10000 -> 10",
                bands=ONCE,
            )
        ),
    ),
)
