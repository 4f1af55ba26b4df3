"""A small server on 127.0.0.1 that speaks all four wire formats and misbehaves on demand."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from aiohttp import web

from bot.ports.clock import Clock
from tests.feeds import wires
from tests.feeds.wires import DAY, KEY, Json

Spoil = Callable[["FeedServer", web.Request, Json], Awaitable[web.StreamResponse]]
"""Answers a request in place of the good answer, which it is given."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: str


@dataclass
class FeedServer:
    """All sources at one address.

    Attributes:
        clock: tells which days are published.
        asked: every request, oldest first.
        spoils: answers for the next questions about values, one each; then ``always``, then good.
        late: how long after it is due a day's value is published.
        tags: whether answers carry an ETag.
        page: most rows of a page of Coin Metrics.
        unserved: (coin, metric) that Coin Metrics does not serve.
        paid: (coin, metric) that it lists but does not serve without a key.
        catalogue: an answer in place of its catalogue.
        hidden: newest days that Santiment's free plan hides.
    """

    clock: Clock
    asked: list[Asked] = field(default_factory=list)
    spoils: list[Spoil] = field(default_factory=list)
    always: Spoil | None = None
    late: timedelta = timedelta(0)
    tags: bool = False
    page: int = 1000
    unserved: set[tuple[str, str]] = field(default_factory=set)
    paid: set[tuple[str, str]] = field(default_factory=set)
    catalogue: Spoil | None = None
    hidden: int = 0
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""
    _runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen at a free port."""
        app = web.Application()
        app.router.add_get("/fng/", self._fear)
        app.router.add_get("/moved/fng/", self._fear)
        app.router.add_get("/v1/metrics/{group}/{metric}", self._glassnode)
        app.router.add_post("/graphql", self._santiment)
        app.router.add_get("/v4/catalog-v2/asset-metrics", self._catalogue)
        app.router.add_get("/v4/timeseries/asset-metrics", self._coin_metrics)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Let go of everyone who waits, and stop listening."""
        self.closing.set()
        if self._runner:
            await self._runner.cleanup()

    def newest(self) -> datetime:
        """Return the newest day that is over and published."""
        return wires.start_of(self.clock.now() - DAY - self.late)

    async def _fear(self, request: web.Request) -> web.StreamResponse:
        newest = wires.start_of(self.clock.now() - self.late)
        count = int(request.query["limit"])
        return await self._answer(request, wires.fear_document(newest, count))

    async def _glassnode(self, request: web.Request) -> web.StreamResponse:
        path = f"{request.match_info['group']}/{request.match_info['metric']}"
        since = datetime.fromtimestamp(int(request.query["s"]), UTC)
        # The running day is told, too, as far as it has come.
        document = wires.glassnode_document(path, since, self.newest() + DAY)
        return await self._answer(request, document, key=request.headers.get("X-Api-Key"))

    async def _santiment(self, request: web.Request) -> web.StreamResponse:
        query = (await request.json())["query"]
        names = re.findall(r'getMetric\(metric: "(\w+)"\)', query)
        since = datetime.fromisoformat(re.findall(r'from: "([^"]+)"', query)[0])
        newest = self.newest() - DAY * self.hidden
        document = wires.santiment_document(names, since, newest)
        key = request.headers.get("Authorization", "").removeprefix("Apikey ")
        return await self._answer(request, document, key=key)

    async def _catalogue(self, request: web.Request) -> web.StreamResponse:
        self._note(request, "")
        assets = request.query["assets"].split(",")
        document = wires.coin_metrics_catalogue(assets, self.unserved, self.paid)
        if self.catalogue is not None:
            return await self.catalogue(self, request, document)
        return web.json_response(document)

    async def _coin_metrics(self, request: web.Request) -> web.StreamResponse:
        names = request.query["metrics"].split(",")
        since = datetime.fromisoformat(request.query["start_time"]).replace(tzinfo=UTC)
        rows = wires.coin_metrics_rows(request.query["assets"], names, since, self.newest())
        first = int(request.query.get("next_page_token", "0"))
        size = min(self.page, int(request.query["page_size"]))
        document: dict[str, Any] = {"data": rows[first : first + size]}
        if first + size < len(rows):
            document["next_page_token"] = str(first + size)
        return await self._answer(request, document)

    async def _answer(
        self, request: web.Request, document: Json, key: str | None = KEY
    ) -> web.StreamResponse:
        """Answer well, or as a test wants it."""
        self._note(request, await request.text())
        if key != KEY:
            return web.json_response({"error": f"{key} is no key of ours"}, status=401)
        spoil = self.spoils.pop(0) if self.spoils else self.always
        if spoil is not None:
            return await spoil(self, request, document)
        body = json.dumps(document)
        tag = f'"{sha256(body.encode()).hexdigest()}"'
        if self.tags and request.headers.get("If-None-Match") == tag:
            return web.Response(status=304)
        headers = {"ETag": tag} if self.tags else {}
        return web.Response(text=body, content_type="application/json", headers=headers)

    def _note(self, request: web.Request, body: str) -> None:
        self.asked.append(
            Asked(request.method, request.path, dict(request.query), dict(request.headers), body)
        )
