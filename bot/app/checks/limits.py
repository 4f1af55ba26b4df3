"""What a run on the owner's own account may touch and what it may not, said before it begins."""

from collections.abc import Iterable
from decimal import Decimal

from bot.settings import Settings
from bot.venues.table import spot_venue
from core.domain.policy import Policy
from core.domain.units import ZERO, text_of


def what_it_may_touch(settings: Settings, approver: str) -> tuple[str, ...]:
    """Return the lines that a watch or live run begins with.

    Args:
        settings: everything in force.
        approver: ``telegram`` or ``terminal``, where the person is who approves.
    """
    venue, policy = spot_venue(settings.file.venue).title, settings.policy
    if settings.file.mode == "watch":
        return (
            f"WATCH: your account at {venue} is read, and nothing is ordered.",
            f"It looks at: {_listed((*policy.risk_assets, policy.quote))}.",
            "It cannot order in this mode, whatever is approved, and it cannot withdraw in any.",
        )
    return (
        f"LIVE: what is approved is traded at {venue}, with your own money.",
        f"It may trade: {_listed(policy.risk_assets)} for {policy.quote}, and nothing else.",
        f"At most: {_most(policy)}.",
        f"It never touches: {_untouched(policy)}.",
        f"Who approves: {_people(settings, approver)}, each plan; {_second_step(policy)}.",
        "It cannot withdraw: the key has no right to, and the program has no such call.",
    )


def _most(policy: Policy) -> str:
    rules, capital = policy.approval, policy.trading_capital
    whole = "all that is free on the account; trading_capital would set a limit"
    if capital is not None:
        whole = f"{_amount(capital)} {policy.quote} altogether"
    return (
        f"{whole}; in a UTC day {rules.day_max_executions} plans and "
        f"{text_of(rules.day_max_share * 100)} % of the portfolio, the first purchase apart"
    )


def _untouched(policy: Policy) -> str:
    parts = []
    if policy.reserve > ZERO:
        parts.append(f"a reserve of {_amount(policy.reserve)} {policy.quote}")
    if policy.excluded:
        parts.append(f"excluded {_amounts(policy.excluded)}")
    if policy.cold:
        parts.append(f"kept elsewhere {_amounts(policy.cold)}")
    return "; ".join((*parts, "coins that are staked or locked, and coins without a target"))


def _people(settings: Settings, approver: str) -> str:
    if approver == "telegram":
        return f"Telegram {_listed(map(str, settings.file.approvers))}"
    return "whoever sits at this terminal"


def _second_step(policy: Policy) -> str:
    rules = policy.approval
    return (
        f"one above {text_of(rules.tier1_share * 100)} % of the portfolio or "
        f"{_amount(rules.tier1_amount)} {policy.quote} takes a second step"
    )


def _amounts(pairs: Iterable[tuple[str, Decimal]]) -> str:
    return _listed(f"{_amount(amount)} {asset}" for asset, amount in pairs)


def _amount(amount: Decimal) -> str:
    whole, point, rest = text_of(amount).partition(".")
    return f"{int(whole):,}{point}{rest}"


def _listed(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
