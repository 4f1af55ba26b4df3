"""The market's state -> tables for a phone: the score as bars, the points by kind, the targets."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from bot.chat.render.columns import WIDTH, aligned
from bot.chat.render.figures import percent, signed_points, whole_percent
from bot.explain.wording import en
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


def score_table(score: Score, rules: RegimeRules, threshold: Decimal | None) -> tuple[str, ...]:
    """Return the score and its parts with their weights, as bars around a middle line.

    Args:
        score: the newest day's.
        rules: the weights; those of parts without input go to the others.
        threshold: the score at which the state would change next, marked in a line of its own.
    """
    parts = (score.slope, score.er, score.adx, score.vp)
    names = ("slope", "path", "strength", "place")
    whole = sum((w for w, part in zip(rules.weights, parts, strict=True) if part is not None), ZERO)
    rows = [_line("", "", "", _SCALE)]
    for name, weight, part in zip(names, rules.weights, parts, strict=True):
        if part is None:
            rows.append(_line(name, "", "–", "no data"))
        else:
            rows.append(_line(name, f"{whole_percent(weight / whole)}%", _signed(part), bar(part)))
    if score.nudge:
        rows.append(_line("on-chain", "", _signed(score.nudge), bar(score.nudge)))
    rows.append(_line("score", "", _signed(score.total), bar(score.total)))
    if threshold is not None:
        rows.append(_line("changes", "at", _signed(threshold), _marked(threshold)))
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


def points_table(stress: StressState, rules: StressRules) -> tuple[str, ...]:
    """Return the points of every kind of evidence, what each rests on, and the sum."""
    votes = {vote.family: vote for vote in stress.votes}
    rows = [_family_line(family, votes.get(family), rules) for family in Family]
    total = f"{'together':<{_KIND + _COLUMN + 1}} {stress.total} of {rules.enter_points}"
    return (*rows, total)


def targets_table(policy: Policy, tilt: TiltState) -> tuple[str, ...]:
    """Return every shifted target: as the person set it, as it is now, and the difference."""
    rows = [("", "yours", "now", "shift")]
    for asset, target in policy.targets:
        shift = tilt.shift_of(asset)
        if shift:
            sign = "+" if shift > ZERO else ""
            rows.append(
                (asset, percent(target), percent(target + shift), sign + signed_points(shift))
            )
    return aligned(rows, "<>>>", ("  ", "  ", "  "))


def _family_line(family: Family, vote: Vote | None, rules: StressRules) -> str:
    name = en.VOCABULARY["family_short"][family.value]
    if vote is None or vote.points is None:
        silence = "" if vote is None or vote.silence is None else vote.silence.value
        off = "nothing yet" if rules.watches(family) else "off"
        note = en.VOCABULARY["silence_short"].get(silence, off)
        return f"{name:<{_KIND}} {'–':<{_COLUMN}} {note}"[:WIDTH]
    squares = (POINT * vote.points).ljust(MOST_POINTS[family], NO_POINT)
    return " ".join([f"{name:<{_KIND}} {squares:<{_COLUMN}}", *_notes(vote)])[:WIDTH]


def _notes(vote: Vote) -> Iterator[str]:
    """Yield the points, and what they rest on in a few characters."""
    yield str(vote.points)
    measured = vote.measured
    if measured is None:
        return
    match vote.family:
        case Family.PRICE:
            yield f"{en.rate(measured)} in 3 d"
        case Family.SENTIMENT:
            yield f"index {en.number(measured)}"
        case Family.CORRELATION:
            yield f"{en.number(measured)} alike"
        case Family.FLOWS:
            yield f"{en.ratio(measured)} deviations"
        case Family.QUOTE:
            yield f"{en.rate(abs(measured))} off par"
        case _:
            return


def _line(name: str, share: str, figure: str, picture: str) -> str:
    return f"{name:<{_NAME}} {share:>{_SHARE}} {figure:>{_FIGURE}} {picture}"


def _marked(threshold: Decimal) -> str:
    """Return an empty bar with a mark where the threshold lies."""
    cells = list(bar(ZERO))
    step = int((min(abs(threshold), ONE) * CELLS).quantize(ONE, rounding=ROUND_HALF_UP))
    cells[CELLS + (step if threshold > ZERO else -step)] = MARK
    return "".join(cells)


def _signed(figure: Decimal) -> str:
    """Return a score with sign and two decimals: "+0.42", "−0.61"."""
    text = f"{figure:+.2f}".replace("-", "−")
    return "0.00" if text in ("−0.00", "+0.00") else text
