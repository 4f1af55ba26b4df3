"""``evenkeel health``: asks the running bot on this machine how it is."""

import http.client
import json
import sys
from http import HTTPStatus
from typing import Annotated

import typer

from bot.cli.options import AsJson, DataDir, PolicyPath, settings_of
from core.domain.errors import InputInvalid

NOT_WELL = 1
PATIENCE = 5.0
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # nothing is opened here
"""Where a bot that listens on every address can be asked."""

Ready = Annotated[
    bool,
    typer.Option("--ready", metavar="", help="Ask whether it can be relied on, not only alive."),
]


def health(
    policy: PolicyPath = None, data: DataDir = None, ready: Ready = False, as_json: AsJson = False
) -> None:
    """Ask the running bot how it is; exit code 0 is well, 1 is not, 2 is a wrong setting."""
    section = settings_of(policy, data).file.health
    if not section.port:
        raise InputInvalid("[health] port is 0, so nobody can be asked; set one and start the bot")
    host = EVERYWHERE.get(section.host, section.host)
    document = _asked(host, section.port, "/readyz" if ready else "/healthz")
    is_well = bool(document.get("ready" if ready else "alive"))
    if as_json:
        print(json.dumps(document))
    else:
        print(_sentence(document, is_ready_asked=ready, is_well=is_well))
    if not is_well:
        sys.exit(NOT_WELL)


def _asked(host: str, port: int, page: str) -> dict[str, object]:
    """Return what the page says; a bot that gives no answer is not well."""
    connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    try:
        connection.request("GET", page)
        answer = connection.getresponse()
        if answer.status in {HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE}:
            document = json.loads(answer.read(10_000))
            if isinstance(document, dict):
                return document
    except (OSError, ValueError, http.client.HTTPException):
        pass
    finally:
        connection.close()
    return {"alive": False, "ready": False, "reasons": ["no_answer"]}


def _sentence(document: dict[str, object], *, is_ready_asked: bool, is_well: bool) -> str:
    if not is_ready_asked:
        return "The bot is alive." if is_well else "The bot gives no sign of life."
    reasons = document.get("reasons")
    words = ", ".join(map(str, reasons)) if isinstance(reasons, list) else ""
    return "The bot is ready." if is_well else f"The bot is not ready: {words or 'no_answer'}."
