"""A calculator input, as JSON or in the short form -> a checked request. Every mistake is named."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.cli.plan_document import PlanRequest
from core.domain.errors import InputInvalid
from core.domain.market import FeeMode
from core.domain.policy import (
    PROFILES,
    SYMBOL,
    TARGET_SUM_TOLERANCE,
    OrderRules,
    Profile,
    ProfileName,
)
from core.domain.portfolio import Cash, Holding, Portfolio
from core.domain.units import ONE, ZERO, Asset, Money, Price, Quantity, Rate, Weight, exact, text_of
from core.planning.bands import Multipliers

MOST_DIGITS = 30

_TOP_KEYS = frozenset(
    [
        "id",
        "profile",
        "delta",
        "regime",
        "multipliers",
        "fee_mode",
        "cash_symbol",
        "cash",
        "cash_target",
        "cash_reserve",
        "fee_token_value",
        "proceeds_haircut",
        "assets",
    ]
)
_ASSET_KEYS = frozenset(["target", "hot", "cold", "price", "step", "min_notional", "fee", "slip"])
_SHORT_FORM = re.compile(
    r"\s*(?P<asset>[A-Z0-9]{1,12})\s+(?P<amount>\S+?)\s*(?:@\s*(?P<price>\S+?)\s*)?->\s*(?P<target>\S+?)\s*%?\s*"
)
# The short form's assumptions: a small account's fee, a small spread, a fine step.
SHORT_FEE, SHORT_SLIP, SHORT_STEP, SHORT_MINIMUM = "0.006", "0.0005", "0.00000001", "10"


@exact
def request_from_document(document: object) -> PlanRequest:
    """Return the request that a JSON document describes.

    Raises:
        InputInvalid: naming the key, the value, what was expected and the mend.
    """
    top = _object(document, "the input", _TOP_KEYS)
    mode = _choice(top, "fee_mode", [mode.value for mode in FeeMode], "quote")
    assets = top.get("assets")
    if not isinstance(assets, Mapping) or not assets:
        raise InputInvalid("assets is missing or empty; give at least one coin with its target")
    cash = Cash(
        asset=_symbol(top.get("cash_symbol", "USD")),
        target=Weight(_number(top, "cash_target")),
        amount=Money(_number(top, "cash")),
        reserve=Money(_number(top, "cash_reserve", "0")),
    )
    holdings = tuple(_holding(name, assets[name]) for name in sorted(assets))
    _check_targets(cash, holdings)
    token = Money(_number(top, "fee_token_value", "0")) if mode == FeeMode.TOKEN else None
    request_id = top.get("id")
    return PlanRequest(
        request_id=None if request_id is None else str(request_id),
        portfolio=Portfolio(holdings, cash, token),
        profile=_profile(top.get("profile", "standard")),
        delta=_between(_number(top, "delta", "0.5"), "delta", ONE),
        multipliers=_multipliers(top.get("multipliers")),
        mode=FeeMode(mode),
        rules=OrderRules(proceeds_haircut=Rate(_number(top, "proceeds_haircut", "0.001"))),
    )


@exact
def request_from_words(words: Sequence[str]) -> PlanRequest:
    """Return the request of the short form, e.g. ``"BTC 0.28 @ 110000 -> 50" "USD 8000 -> 20"``.

    The one part without a price is the cash.

    Raises:
        InputInvalid: naming the part that cannot be read.
    """
    document: dict[str, Any] = {"assets": {}}
    for word in words:
        part = _SHORT_FORM.fullmatch(word)
        if part is None:
            raise InputInvalid(
                f"{word!r} cannot be read; write COIN AMOUNT @ PRICE -> PERCENT, "
                'for example "BTC 0.28 @ 110000 -> 50", and CASH AMOUNT -> PERCENT'
            )
        _add_part(document, part.groupdict())
    if "cash" not in document:
        raise InputInvalid("no part names the cash; add one without a price, e.g. 'USD 8000 -> 20'")
    return request_from_document(document)


def _add_part(document: dict[str, Any], part: dict[str, str | None]) -> None:
    name = part["asset"]
    target = text_of(_decimal(part["target"], f"target of {name}") / 100)
    _decimal(part["amount"], f"amount of {name}")
    if part["price"] is None:
        if "cash" in document:
            raise InputInvalid(
                f"{part['asset']} has no price, and {document['cash_symbol']} is the cash already; "
                "add '@ PRICE'"
            )
        document |= {
            "cash_symbol": part["asset"],
            "cash": part["amount"],
            "cash_target": target,
        }
        return
    if part["asset"] in document["assets"]:
        raise InputInvalid(f"{part['asset']} stands there twice; give it once")
    document["assets"][part["asset"]] = {
        "target": target,
        "hot": part["amount"],
        "price": part["price"],
        "step": SHORT_STEP,
        "min_notional": SHORT_MINIMUM,
        "fee": SHORT_FEE,
        "slip": SHORT_SLIP,
    }


def _holding(name: str, document: object) -> Holding:
    asset = _symbol(name)
    row = _object(document, f"assets.{asset}", _ASSET_KEYS)
    path = f"assets.{asset}."
    return Holding(
        asset=asset,
        target=Weight(_number(row, "target", path=path)),
        hot=Quantity(_number(row, "hot", path=path)),
        cold=Quantity(_number(row, "cold", "0", path=path)),
        price=Price(_positive(row, "price", path)),
        step=Quantity(_positive(row, "step", path)),
        min_quantity=Quantity(ZERO),
        min_notional=Money(_number(row, "min_notional", "0", path=path)),
        fee=Rate(_below_one(_number(row, "fee", path=path), path + "fee")),
        slip=Rate(_below_one(_number(row, "slip", "0", path=path), path + "slip")),
    )


def _check_targets(cash: Cash, holdings: Sequence[Holding]) -> None:
    if cash.asset in {holding.asset for holding in holdings}:
        raise InputInvalid(f"{cash.asset} is both the cash and a coin; give it once")
    total = sum((holding.target for holding in holdings), ZERO) + cash.target
    if abs(total - ONE) > TARGET_SUM_TOLERANCE:
        raise InputInvalid(
            f"targets sum to {text_of(total * 100)} %; they must sum to 100", code="TARGET_SUM"
        )


def _object(document: object, name: str, known: frozenset[str]) -> Mapping[str, Any]:
    if not isinstance(document, Mapping):
        raise InputInvalid(f"{name} is {type(document).__name__}; a JSON object is expected")
    unknown = sorted(set(document) - known)
    if unknown:
        raise InputInvalid(
            f"{name} has unknown keys {', '.join(unknown)}; known are {', '.join(sorted(known))}"
        )
    return document


def _number(
    row: Mapping[str, Any], key: str, default: str | None = None, *, path: str = ""
) -> Decimal:
    value = row.get(key, default)
    if value is None:
        raise InputInvalid(f'{path}{key} is missing; give a decimal text such as "0.5"')
    number = _decimal(value, path + key)
    if number < ZERO:
        raise InputInvalid(f"{path}{key} is {value}; it must not be negative", code="NEGATIVE")
    return number


def _decimal(value: object, name: str) -> Decimal:
    # JSON floats have lost digits already; a text or a whole number has not.
    if isinstance(value, str | int) and not isinstance(value, bool):
        try:
            number = Decimal(value)
        except InvalidOperation:
            number = Decimal("NaN")
        if number.is_finite() and abs(number.adjusted()) <= MOST_DIGITS:
            return number
    raise InputInvalid(f'{name} is {value!r}; a decimal text such as "0.5" is expected')


def _positive(row: Mapping[str, Any], key: str, path: str) -> Decimal:
    number = _number(row, key, path=path)
    if not number:
        raise InputInvalid(f"{path}{key} is 0; it must be above 0")
    return number


def _below_one(number: Decimal, name: str) -> Decimal:
    if number >= ONE:
        raise InputInvalid(
            f"{name} is {text_of(number)}; a rate below 1 is expected, 0.006 means 0.6 %"
        )
    return number


def _between(number: Decimal, name: str, top: Decimal) -> Decimal:
    if number > top:
        raise InputInvalid(f"{name} is {text_of(number)}; 0 to {text_of(top)} is expected")
    return number


def _symbol(value: object) -> Asset:
    if not isinstance(value, str) or not SYMBOL.fullmatch(value):
        raise InputInvalid(f"{value!r} is no symbol; 1 to 12 capital letters or digits are")
    return Asset(value)


def _choice(row: Mapping[str, Any], key: str, choices: Sequence[str], default: str) -> str:
    value = row.get(key, default)
    if value not in choices:
        raise InputInvalid(f"{key} is {value!r}; one of {', '.join(choices)} is expected")
    return str(value)


def _profile(value: object) -> Profile:
    if isinstance(value, str):
        names = [name.value for name in ProfileName]
        return PROFILES[ProfileName(_choice({"profile": value}, "profile", names, ""))]
    row = _object(value, "profile", frozenset({"cap", "rel", "floor"}))
    cap, rel, floor = (_number(row, key, path="profile.") for key in ("cap", "rel", "floor"))
    if not ZERO < floor <= cap <= ONE:
        raise InputInvalid(
            f"profile has floor {text_of(floor)} and cap {text_of(cap)}; 0 < floor <= cap <= 1"
        )
    return Profile(Weight(cap), Weight(rel), Weight(floor))


def _multipliers(value: object) -> Multipliers:
    if value is None:
        return Multipliers()
    row = _object(value, "multipliers", frozenset({"risk", "cash"}))
    pairs = []
    for key in ("risk", "cash"):
        pair = row.get(key, ["1", "1"])
        if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2:  # noqa: PLR2004  # a pair
            raise InputInvalid(f"multipliers.{key} is {pair!r}; [upper, lower] is expected")
        pairs += [_decimal(factor, f"multipliers.{key}") for factor in pair]
    return Multipliers(*pairs)
