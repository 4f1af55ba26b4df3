"""Prints what each failure of a server comes to: ``python -m tests.llm.failures``.

A real client against an emulated server over HTTP, with the limits people get.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass

from bot.clocks import SystemClock
from bot.explain.model.guarded import guarded
from bot.explain.writing import Patience
from tests.emulators.llm import LlmEmulator
from tests.llm.fakes import DictNotebook, ListLog
from tests.llm.scene import asking, settings_for
from tests.llm.story import GOOD, card, narrating
from tests.llm.troubles import TROUBLES, Trouble


@dataclass(frozen=True)
class Outcome:
    """What became of one explanation."""

    source: str
    calls: int
    seconds: float
    codes: tuple[tuple[str, ...], ...]


async def suffer(trouble: Trouble, patience: Patience | None = None) -> Outcome:
    """Explain one card with a server in trouble."""
    log, clock = ListLog(), asyncio.get_running_loop().time
    async with LlmEmulator(trouble.behaviour, text=GOOD) as server:
        settings = settings_for(server)
        async with asking(settings) as client:
            model = guarded(client, settings=settings, notebook=DictNotebook(), clock=SystemClock())
            narrator = narrating(model, log, patience=patience)
            began = clock()
            explanation = await narrator.explain(card())
            seconds = clock() - began
    codes = tuple(narration.codes for narration in log.narrations)
    return Outcome(explanation.source, len(server.calls), seconds, codes)


async def _main() -> None:
    slow = [asyncio.create_task(suffer(trouble)) for trouble in TROUBLES if trouble.is_slow]
    rows = [(trouble, await suffer(trouble)) for trouble in TROUBLES if not trouble.is_slow]
    rows += zip((t for t in TROUBLES if t.is_slow), await asyncio.gather(*slow), strict=True)
    width = max(len(trouble.name) for trouble in TROUBLES)
    lines = [f"{'the server':<{width}}  {'the reader gets':<15}  calls  seconds  why"]
    for trouble, outcome in rows:
        why = " | ".join(": ".join(codes) for codes in outcome.codes)
        lines.append(
            f"{trouble.name:<{width}}  {outcome.source:<15}  {outcome.calls:>5}"
            f"  {outcome.seconds:>7.2f}  {why[:110]}"
        )
    longest = max(outcome.seconds for _, outcome in rows)
    lines.append(f"{len(rows)} failures; the longest wait was {longest:.2f} s")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    asyncio.run(_main())
