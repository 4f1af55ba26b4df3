"""The four wire formats, filled with made-up values that anyone can recompute from the day."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

DAY = timedelta(days=1)
Json: TypeAlias = Any
"""What ``json`` reads and writes."""

KEY = "kp-4f1d8c2ea97b"
"""The key that the servers ask for."""


def fear(day: datetime) -> Decimal:
    """Return the index of a day, 0 to 100."""
    return Decimal(day.toordinal() * 37 % 101)


def flow_in(day: datetime) -> Decimal:
    """Return the coins that went onto exchanges on a day."""
    return Decimal(20_000 + day.toordinal() * 13 % 977) + Decimal("0.5")


def flow_out(day: datetime) -> Decimal:
    """Return the coins that left exchanges on a day."""
    return Decimal(20_100 + day.toordinal() * 29 % 991) + Decimal("0.25")


def net(day: datetime) -> Decimal:
    """Return the net inflow of a day."""
    return flow_in(day) - flow_out(day)


def ratio(day: datetime) -> Decimal:
    """Return market over realised value of a day."""
    return Decimal(2) + Decimal(day.toordinal() % 16) / 16


def score(day: datetime) -> Decimal:
    """Return the accumulation score of a day."""
    return Decimal(day.toordinal() % 9) / 8


METRICS: Mapping[str, Callable[[datetime], Decimal]] = {
    "transactions/transfers_volume_exchanges_net_pit": net,
    "distribution/balance_exchanges_pit": flow_in,
    "indicators/accumulation_trend_score": score,
    "exchange_inflow": flow_in,
    "exchange_outflow": flow_out,
    "exchange_balance": flow_in,
    "FlowInExNtv": flow_in,
    "FlowOutExNtv": flow_out,
    "CapMVRVCur": ratio,
}


def days(since: datetime, until: datetime) -> Iterator[datetime]:
    """Yield every day from one to the other, both included."""
    while since <= until:
        yield since
        since += DAY


def fear_document(newest: datetime, count: int) -> dict[str, Any]:
    """Return the index as alternative.me tells it: texts, newest first."""
    data: list[dict[str, str]] = [
        {
            "value": str(fear(newest - DAY * back)),
            "value_classification": "Neutral",
            "timestamp": str(int((newest - DAY * back).timestamp())),
        }
        for back in range(count)
    ]
    data[0]["time_until_update"] = "3600"
    return {"name": "Fear and Greed Index", "data": data, "metadata": {"error": None}}


def glassnode_document(path: str, since: datetime, newest: datetime) -> list[dict[str, Any]]:
    """Return a metric as Glassnode tells it: seconds and numbers; the score in an object."""
    points: list[dict[str, Any]] = []
    for day in days(since, newest):
        point: dict[str, Any] = {"t": int(day.timestamp())}
        value = float(METRICS[path](day))
        point |= {"o": {"score": value}} if "score" in path else {"v": value}
        points.append(point)
    return points


def santiment_document(
    names: list[str], since: datetime, newest: datetime
) -> dict[str, dict[str, Any]]:
    """Return metrics as Santiment tells them: one object per name asked for."""
    return {
        "data": {
            name: {
                "timeseriesDataJson": [
                    {"datetime": f"{day:%Y-%m-%dT%H:%M:%SZ}", "value": float(METRICS[name](day))}
                    for day in days(since, newest)
                ]
            }
            for name in names
        }
    }


def coin_metrics_rows(
    asset: str, names: list[str], since: datetime, newest: datetime
) -> list[dict[str, Any]]:
    """Return metrics as Coin Metrics tells them: nanoseconds, texts, and a status beside each."""
    return [
        {"asset": asset, "time": f"{day:%Y-%m-%d}T00:00:00.000000000Z"}
        | {name: str(METRICS[name](day)) for name in names}
        | {f"{name}-status": "flash" for name in names}
        for day in days(since, newest)
    ]


def coin_metrics_catalogue(
    assets: list[str], unserved: set[tuple[str, str]], paid: set[tuple[str, str]]
) -> dict[str, Any]:
    """Return which metrics are served, with the time span of each."""
    daily = {"frequency": "1d", "min_time": "2010-07-18T00:00:00.000000000Z"}
    return {
        "data": [
            {
                "asset": asset,
                "metrics": [
                    {
                        "metric": name,
                        "frequencies": [
                            {**daily, "frequency": "1b"},
                            {**daily, "community": (asset, name) not in paid},
                        ],
                    }
                    for name in ("FlowInExNtv", "FlowOutExNtv", "CapMVRVCur", "PriceUSD")
                    if (asset, name) not in unserved
                ],
            }
            for asset in assets
        ]
    }


@dataclass(frozen=True, slots=True)
class Wire:
    """Where in a source's answer the rows, the value and the time stand, so that one can spoil it.

    Attributes:
        rows: finds the list of rows in the answer.
        value, time: their names in a row.
        write: writes an instant the way the source does.
    """

    rows: Callable[[Any], list[dict[str, Any]]]
    value: str
    time: str
    write: Callable[[datetime], Any]


WIRES = {
    "fear_greed": Wire(
        lambda said: said["data"],
        "value",
        "timestamp",
        lambda at: str(int(at.timestamp())),
    ),
    "glassnode": Wire(lambda said: said, "v", "t", lambda at: int(at.timestamp())),
    "santiment": Wire(
        lambda said: said["data"]["exchange_inflow"]["timeseriesDataJson"],
        "value",
        "datetime",
        lambda at: f"{at:%Y-%m-%dT%H:%M:%SZ}",
    ),
    "coin_metrics": Wire(
        lambda said: said["data"],
        "FlowInExNtv",
        "time",
        lambda at: f"{at:%Y-%m-%dT%H:%M:%S}.000000000Z",
    ),
}


def start_of(at: datetime) -> datetime:
    """Return the start of the UTC day of an instant."""
    return datetime(at.year, at.month, at.day, tzinfo=UTC)
