"""Prints the card text and gates of every sample: ``python -m tests.explain.show``."""

import sys
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.explain.reasons import gate_lines
from bot.explain.template import TemplateNarrator
from core.domain.units import Asset
from core.facts import decision_facts
from tests.explain.rarer import every
from tests.explain.samples import Sample, twelve
from tests.explain.still_clock import StillClock

ZONE = ZoneInfo("Europe/Berlin")


def shown(sample: Sample, *, gates: bool) -> str:
    """Return a sample's name, its card text and, if asked, every gate."""
    now = sample.decision.decided_at + timedelta(minutes=2)
    narrator = TemplateNarrator(clock=StillClock(now), zone=ZONE)
    table = decision_facts(sample.decision, quote=Asset(sample.quote))
    lines = [f"== {sample.name}", *narrator.lines(table)]
    if gates:
        lines += ["--", *gate_lines(sample.decision, quote=sample.quote, now=now, zone=ZONE)]
    return "\n".join(lines)


if __name__ == "__main__":
    samples = twelve() if "--twelve" in sys.argv else every()
    texts = [shown(sample, gates="--gates" in sys.argv) for sample in samples]
    sys.stdout.write("\n\n".join(texts) + "\n")
