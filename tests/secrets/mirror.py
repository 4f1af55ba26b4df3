"""An exchange that says back what it was sent: key, signature, nonce, and the secret itself."""

import json
from collections.abc import Callable

from aiohttp import web

from tests.emulators.kraken.exchange import Kraken
from tests.emulators.kraken.server import KrakenServer

Saying = Callable[[str], web.Response]
"""Makes an answer out of everything that was sent."""


def _told(status: int, body: str, kind: str = "application/json") -> web.Response:
    return web.Response(status=status, text=body, content_type=kind)


def _errors(text: str) -> str:
    return json.dumps({"error": [text]})


SAYINGS: dict[str, Saying] = {
    "invalid key": lambda sent: _told(200, _errors(f"EAPI:Invalid key:{sent}")),
    "invalid signature": lambda sent: _told(200, _errors(f"EAPI:Invalid signature:{sent}")),
    "invalid nonce": lambda sent: _told(200, _errors(f"EAPI:Invalid nonce:{sent}")),
    "permission denied": lambda sent: _told(200, _errors(f"EGeneral:Permission denied:{sent}")),
    "an unknown error": lambda sent: _told(200, _errors(f"EStrange:{sent}")),
    "an internal error": lambda sent: _told(200, _errors(f"EGeneral:Internal error:{sent}")),
    "a lower-case error": lambda sent: _told(200, _errors(f"eorder: {sent}")),
    "a warning": lambda sent: _told(200, _errors(f"WGeneral:{sent}")),
    "slashes as PHP has them": lambda sent: _told(
        200, _errors(f"EStrange:{sent}").replace("/", "\\/")
    ),
    "a page": lambda sent: _told(200, f"<html><body>{sent}</body></html>", "text/html"),
    "a page of a gateway": lambda sent: _told(502, f"<p>{sent}</p>", "text/html"),
    "a plain text": lambda sent: _told(200, sent, "text/plain"),
    "half a document": lambda sent: _told(200, _errors(sent)[:-2]),
    "a strange status": lambda sent: _told(599, _errors(sent)),
    "unauthorised": lambda sent: _told(401, _errors(sent)),
    "forbidden": lambda sent: _told(403, sent, "text/plain"),
    "not found": lambda sent: _told(404, sent, "text/plain"),
    "too many": lambda sent: _told(429, _errors(f"EAPI:Rate limit exceeded:{sent}")),
    "a result of nonsense": lambda sent: _told(200, json.dumps({"error": [], "result": sent})),
    "a table of nonsense": lambda sent: _told(
        200, json.dumps({"error": [], "result": {sent: {sent: sent}}})
    ),
    "no result": lambda sent: _told(200, json.dumps({"error": [], "sent": sent})),
}


class Mirror(KrakenServer):
    """Serves an exchange; its private half can be told to say back what it gets.

    Attributes:
        saying: how; None = it works as an exchange does.
        secret: what a test lets it know besides.
        signatures: every signature it was sent.
    """

    def __init__(self, kraken: Kraken) -> None:
        """Serve ``kraken``."""
        super().__init__(kraken)
        self.saying: Saying | None = None
        self.secret = ""
        self.signatures: list[str] = []

    async def _serve_private(self, request: web.Request) -> web.StreamResponse:
        sign = request.headers.get("API-Sign", "")
        self.signatures.append(sign)
        if self.saying is None:
            return await super()._serve_private(request)
        public, body = request.headers.get("API-Key", ""), await request.text()
        return self.saying(f"{public} {self.secret} {sign} {body} {request.url}")
