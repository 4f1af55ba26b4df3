"""``evenkeel history``: past prices from a venue or an archive, kept as bar files."""

import asyncio
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.cli.options import AsJson, DataDir, PolicyPath, data_dir_of, day_of, settings_of
from bot.cli.progress import Bar, progress_bar
from core.domain.errors import FeedUnavailable, InputInvalid
from core.domain.policy import SYMBOL
from core.domain.units import Asset

if TYPE_CHECKING:
    # Reading history needs numpy and rich, which no other command should wait for.
    from bot.research.archives import Member
    from bot.research.candle_fetch import Fetched
    from bot.research.history import Track

NOT_ALL = 1

history_commands = typer.Typer(help="Past prices, kept as bar files.", no_args_is_help=True)

Assets = Annotated[
    list[str] | None,
    typer.Option("--asset", metavar="COIN", help="A coin's symbol, e.g. BTC. Repeatable."),
]
Interval = Annotated[Literal["1d", "1h"], typer.Option("--interval", help="Length of a candle.")]
AnyInterval = Annotated[
    Literal["1d", "1h"] | None, typer.Option("--interval", help="Only candles of this length.")
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since", metavar="DAY", help="First UTC day; without it as far as there is any."
    ),
]
Venue = Annotated[
    Literal["kraken", "binance", "coinbase"] | None,
    typer.Option("--venue", help="Whose prices; without it the policy's venue, or kraken."),
]
Quote = Annotated[
    str | None,
    typer.Option(
        "--quote", metavar="COIN", help="Against which currency; without it the policy's, or USD."
    ),
]
AnyVenue = Annotated[
    Literal["kraken", "binance", "coinbase"] | None,
    typer.Option("--venue", help="Only prices of this venue."),
]
AnyQuote = Annotated[
    str | None,
    typer.Option("--quote", metavar="COIN", help="Only pairs against this currency, e.g. USD."),
]
BaseUrl = Annotated[
    str | None,
    typer.Option("--base-url", metavar="URL", help="Stands in for the venue's own address."),
]
Archive = Annotated[
    Path,
    typer.Argument(
        metavar="FILE", help="Kraken's OHLCVT archive: the zip, its folder, or one CSV of it."
    ),
]

Out = Annotated[
    Path, typer.Argument(metavar="OUT.parquet", help="The bar file to write; it must be new.")
]


@history_commands.command()
def fetch(
    asset: Assets = None,
    policy: PolicyPath = None,
    interval: Interval = "1d",
    since: Since = None,
    venue: Venue = None,
    quote: Quote = None,
    base_url: BaseUrl = None,
    data: DataDir = None,
) -> None:
    """Fetch past candles of some coins, or of all that a policy watches; no key is needed.

    What is stored stays; only what is missing at the end is fetched, or what --since asks for
    before the beginning. Stopped half-way, the next run goes on from there.
    """
    from bot.research.history import Track

    if bool(asset) == (policy is not None):
        raise InputInvalid("give coins with --asset, or a policy with --policy")
    settings = settings_of(policy, data) if policy is not None else None
    file = None if settings is None else settings.file
    if venue is None:
        venue = file.venue if file is not None and file.venue != "simulated" else "kraken"
    if base_url is None and file is not None:
        base_url = file.exchange.base_urls.get(venue)
    against = _symbol(quote or (file.quote if file is not None else "USD"), "--quote")
    coins = [_symbol(text, "--asset") for text in dict.fromkeys(asset or ())]
    watched = coins if settings is None else settings.policy.watched_assets
    tracks = [Track(venue, coin, against, interval) for coin in watched if coin != against]
    if not tracks:
        raise InputInvalid(f"{against} against itself has no price; name other coins with --asset")
    folder, first = data_dir_of(data), day_of(since, "--since")
    if not asyncio.run(_fetch_all(tracks, folder, base_url, since=first)):
        sys.exit(NOT_ALL)


@history_commands.command("import")
def import_(
    archive: Archive,
    asset: Assets = None,
    quote: AnyQuote = None,
    interval: AnyInterval = None,
    data: DataDir = None,
) -> None:
    """Merge Kraken's downloaded archive into what is stored; what is stored already stays."""
    from bot.research.archives import members_of

    members = [
        member
        for member in members_of(archive)
        if (not asset or member.track.asset in asset)
        and quote in (None, member.track.quote)
        and interval in (None, member.track.interval)
    ]
    if not members:
        raise InputInvalid(
            f"{archive} holds none of what was asked for; name other coins with --asset, or take "
            "--quote and --interval away"
        )
    folder = data_dir_of(data)
    if not _import_all(members, folder):
        sys.exit(NOT_ALL)


@history_commands.command("list")
def list_(data: DataDir = None, as_json: AsJson = False) -> None:
    """Print what is stored, from when to when, and what is missing in between."""
    from bot.cli.history_words import stored_document, stored_lines
    from bot.research.history import load, stored_tracks

    folder = data_dir_of(data)
    stored = []
    has_damage = False
    for track in stored_tracks(folder):
        try:
            bars = load(track, folder)
        except InputInvalid as error:
            print(f"evenkeel: {error}", file=sys.stderr)
            has_damage = True
            continue
        if bars is not None:
            stored.append((track, bars))
    if as_json:
        print(json.dumps([stored_document(*one, folder) for one in stored], indent=2))
    else:
        _print_all(stored_lines(stored, folder))
    if has_damage:
        sys.exit(NOT_ALL)


@history_commands.command()
def export(
    out: Out,
    asset: Assets = None,
    venue: AnyVenue = None,
    quote: AnyQuote = None,
    interval: AnyInterval = None,
    data: DataDir = None,
) -> None:
    """Join what is stored into one bar file, for `signals --bars` and `run --replay`.

    All coins of one venue, currency and interval, or those named with --asset.
    """
    from bot.cli.history_words import exported_lines
    from bot.research.history import stored_tracks
    from bot.research.history_export import chosen, export_tracks

    folder = data_dir_of(data)
    coins = [_symbol(text, "--asset") for text in dict.fromkeys(asset or ())]
    against = None if quote is None else _symbol(quote, "--quote")
    stored = stored_tracks(folder)
    if not stored:
        raise InputInvalid(f"nothing is stored below {folder} yet; fetch or import some first")
    tracks = chosen(stored, assets=coins, venue=venue, quote=against, interval=interval)
    _print_all(exported_lines(tracks[0], export_tracks(tracks, folder, out), out))


def _import_all(members: "Sequence[Member]", folder: Path) -> bool:
    """Import one file after the other; tell whether all of them could be read."""
    from bot.cli.history_words import fetched_lines
    from bot.research.archives import read_member
    from bot.research.candle_fetch import store_bars

    brought, problems = [], []
    with progress_bar() as bar:
        for number, member in enumerate(members):
            bar.show(number, len(members), member.track.title)
            try:
                bars = read_member(member)
                if bars is not None:
                    brought.append(store_bars(member.track, folder, bars))
            except InputInvalid as error:
                problems.append(str(error))
    for told in brought:
        _print_all(fetched_lines(told))
    for problem in problems:
        print(f"evenkeel: {problem}", file=sys.stderr)
    print(f"Files below {folder}")
    return not problems


async def _fetch_all(
    tracks: "Sequence[Track]", folder: Path, base_url: str | None, *, since: datetime | None
) -> bool:
    """Fetch one track after the other; tell whether all of them came."""
    from bot.app.history import open_candles
    from bot.cli.history_words import fetched_lines
    from bot.clocks import SystemClock
    from bot.research.candle_fetch import fetch_history

    now, failed = SystemClock().now(), dict[str, list[str]]()
    first = tracks[0]
    async with open_candles(first.venue, first.quote, base_url) as reader:
        for track in tracks:
            try:
                with progress_bar(track.title) as bar:
                    told: Fetched = await fetch_history(
                        reader,
                        track,
                        folder,
                        since=since,
                        now=now,
                        on_page=_page_bar(track, now, bar),
                    )
            except FeedUnavailable as error:
                failed.setdefault(str(error), []).append(track.title)
                continue
            _print_all(fetched_lines(told))
    for problem, titles in failed.items():
        print(
            f"evenkeel: {problem}, so {' and '.join(titles)} could not be fetched to the end; look "
            "at the connection and run the command again, what came is stored",
            file=sys.stderr,
        )
    if sum(map(len, failed.values())) < len(tracks):
        print(f"Files below {folder}")
    return not failed


def _page_bar(track: "Track", now: datetime, bar: Bar) -> Callable[[datetime, datetime], None]:
    def on_page(begin: datetime, newest: datetime) -> None:
        total, done = now - begin, newest + track.length - begin
        bar.show(done // track.length, total // track.length)

    return on_page


def _print_all(lines: Iterator[str]) -> None:
    for line in lines:
        print(line)


def _symbol(text: str, option: str) -> Asset:
    if not SYMBOL.fullmatch(text):
        raise InputInvalid(f"{option} is {text!r}; a symbol such as BTC is expected")
    return Asset(text)
