"""The market's state -> tables for a phone: the score as bars, the points by kind, the targets."""

from collections.abc import Callable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal

from bot.chat.render.columns import WIDTH, aligned
from bot.chat.render.figures import percent, signed_hundredths, signed_points, whole_percent
from bot.chat.render.words import Words
from bot.explain.wording import Wording
from core.domain.policy import Policy
from core.domain.regime import Score
from core.domain.stress import MOST_POINTS, Family, StressState, Vote
from core.domain.tilt import TiltState
from core.domain.units import ONE, ZERO
from core.domain.watching import RegimeRules, StressRules

CELLS = 7
"""Cells of a bar on either side of its middle; each is drawn in halves."""

MIDDLE, REST, MARK = "│", "·", "╎"
_WHOLE, _RIGHT_HALF, _LEFT_HALF = "█", "▐", "▌"
_SCALE = "−1     0     +1"
_NAME, _SHARE, _FIGURE = 8, 3, 5

POINT, NO_POINT = "■", "□"
_KIND, _COLUMN = 11, 3

# How what a kind of evidence rests on is written; of the others the points say it all.
_MEASURES: Mapping[Family, Callable[[Wording, Decimal], str]] = {
    Family.PRICE: lambda wording, figure: wording.rate(figure),
    Family.SENTIMENT: lambda wording, figure: wording.number(figure),
    Family.CORRELATION: lambda wording, figure: wording.number(figure),
    Family.FLOWS: lambda wording, figure: wording.ratio(figure),
    Family.QUOTE: lambda wording, figure: wording.rate(abs(figure)),
}


def score_table(
    score: Score, rules: RegimeRules, *, threshold: Decimal | None, words: Words
) -> tuple[str, ...]:
    """Return the score and its parts with their weights, as bars around a middle line.

    Args:
        score: the newest day's.
        rules: the weights; those of parts without input go to the others.
        threshold: the score at which the state would change next, marked in a line of its own.
        words: the language.
    """
    parts = (score.slope, score.er, score.adx, score.vp)
    names = [words.say(f"score.{part}") for part in ("slope", "path", "strength", "place")]
    whole = sum((w for w, part in zip(rules.weights, parts, strict=True) if part is not None), ZERO)
    rows = [_line("", "", "", _SCALE)]
    for name, weight, part in zip(names, rules.weights, parts, strict=True):
        if part is None:
            rows.append(_line(name, "", "–", words.say("score.no_data")))
        else:
            share = f"{whole_percent(weight / whole)}%"
            rows.append(_line(name, share, signed_hundredths(part, words), bar(part)))
    sums = [("on_chain", score.nudge)] if score.nudge else []
    for key, figure in (*sums, ("total", score.total)):
        name = words.say(f"score.{key}")
        rows.append(_line(name, "", signed_hundredths(figure, words), bar(figure)))
    if threshold is not None:
        name, at = words.say("score.changes"), words.say("score.changes.at")
        rows.append(_line(name, at, signed_hundredths(threshold, words), _marked(threshold)))
    return tuple(row.rstrip() for row in rows)


def bar(value: Decimal) -> str:
    """Return a figure from -1 to 1 as a bar to the left or the right of the middle."""
    halves = int((min(abs(value), ONE) * CELLS * 2).quantize(ONE, rounding=ROUND_HALF_UP))
    filled = _WHOLE * (halves // 2)
    if value < ZERO:
        left = (_RIGHT_HALF * (halves % 2) + filled).rjust(CELLS, REST)
        return f"{left}{MIDDLE}{REST * CELLS}"
    right = (filled + _LEFT_HALF * (halves % 2)).ljust(CELLS, REST)
    return f"{REST * CELLS}{MIDDLE}{right}"


def points_table(stress: StressState, rules: StressRules, words: Words) -> tuple[str, ...]:
    """Return the points of every kind of evidence, what each rests on, and the sum."""
    votes = {vote.family: vote for vote in stress.votes}
    rows = [_family_line(family, votes.get(family), rules=rules, words=words) for family in Family]
    together = f"{words.say('points.together'):<{_KIND + _COLUMN + 1}}"
    count = words.say("points.of", total=str(stress.total), enter=str(rules.enter_points))
    return (*rows, f"{together} {count}")


def targets_table(policy: Policy, tilt: TiltState, words: Words) -> tuple[str, ...]:
    """Return every shifted target: as the person set it, as it is now, and the difference."""
    yours, now, difference = (words.say(f"targets.{head}") for head in ("yours", "now", "shift"))
    rows = [("", yours, now, difference)]
    for asset, target in policy.targets:
        shift = tilt.shift_of(asset)
        if shift:
            sign = "+" if shift > ZERO else ""
            figures = percent(target, words), percent(target + shift, words)
            rows.append((asset, *figures, sign + signed_points(shift, words)))
    return aligned(rows, "<>>>", ("  ", "  ", "  "))


def _family_line(family: Family, vote: Vote | None, *, rules: StressRules, words: Words) -> str:
    name = words.word("family_short", family.value)
    if vote is None or vote.points is None:
        silence = "" if vote is None or vote.silence is None else vote.silence.value
        off = words.say("points.nothing_yet" if rules.watches(family) else "points.off")
        note = words.word("silence_short", silence) if silence else off
        return f"{name:<{_KIND}} {'–':<{_COLUMN}} {note}"[:WIDTH]
    squares = (POINT * vote.points).ljust(MOST_POINTS[family], NO_POINT)
    return " ".join([f"{name:<{_KIND}} {squares:<{_COLUMN}}", *_notes(vote, words)])[:WIDTH]


def _notes(vote: Vote, words: Words) -> Iterator[str]:
    """Yield the points, and what they rest on in a few characters."""
    yield str(vote.points)
    measured = vote.measured
    if measured is None:
        return
    figure = _MEASURES.get(vote.family)
    if figure is not None:
        yield words.say(f"points.{vote.family}", figure=figure(words.wording, measured))


def _line(name: str, share: str, figure: str, picture: str) -> str:
    return f"{name:<{_NAME}} {share:>{_SHARE}} {figure:>{_FIGURE}} {picture}"


def _marked(threshold: Decimal) -> str:
    """Return an empty bar with a mark where the threshold lies."""
    cells = list(bar(ZERO))
    step = int((min(abs(threshold), ONE) * CELLS).quantize(ONE, rounding=ROUND_HALF_UP))
    cells[CELLS + (step if threshold > ZERO else -step)] = MARK
    return "".join(cells)
