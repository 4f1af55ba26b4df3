"""Prints the card text and gates of every sample: ``python -m tests.explain.show``.

``--twelve`` for the common ones only, ``--gates`` for every gate as well, ``--de`` for German.
"""

import sys
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.explain.reasons import gate_lines
from bot.explain.template import TemplateNarrator
from bot.explain.wording import Wording, de, en
from core.domain.units import Asset
from core.facts import decision_facts
from tests.explain.rarer import every
from tests.explain.samples import Sample, twelve
from tests.explain.still_clock import StillClock

ZONE = ZoneInfo("Europe/Berlin")


def shown(sample: Sample, *, gates: bool, wording: Wording = en) -> str:
    """Return a sample's name, its card text and, if asked, every gate."""
    now = sample.decision.decided_at + timedelta(minutes=2)
    narrator = TemplateNarrator(clock=StillClock(now), zone=ZONE, wording=wording)
    table = decision_facts(sample.decision, quote=Asset(sample.quote))
    lines = [f"== {sample.name}", *narrator.lines(table)]
    if gates:
        told = gate_lines(sample.decision, quote=sample.quote, now=now, zone=ZONE, wording=wording)
        lines += ["--", *told]
    return "\n".join(lines)


if __name__ == "__main__":
    samples = twelve() if "--twelve" in sys.argv else every()
    language = de if "--de" in sys.argv else en
    gated = "--gates" in sys.argv
    texts = [shown(sample, gates=gated, wording=language) for sample in samples]
    sys.stdout.write("\n\n".join(texts) + "\n")
