"""Whole outputs that break a rule about the output as a whole, and near misses, by rule."""

from collections.abc import Iterable

from bot.explain.checking.codes import Code
from bot.explain.checking.verdict import Line, Role
from tests.explain.checking.plan_told import GOOD, output_of, with_line

_GOOD = output_of(GOOD)
_ROWS = _GOOD.removeprefix('{"lines": ').removesuffix("}")
_FIRST = '{"role": "what", "text": "The plan is to {{sell_sol}}."}'


def _but_first(row: str) -> str:
    return _GOOD.replace(_FIRST, row)


def _without(*names: str) -> str:
    """Return the good text with some of its figures told in words that hold none."""
    lines = list(GOOD)
    for name in names:
        lines = [Line(o.role, o.text.replace(f"{{{{{name}}}}}", "{{value}}")) for o in lines]
    return output_of(lines)


def _padded(lengths: Iterable[int]) -> str:
    """Return the good text with as many characters more in each line."""
    added = zip(GOOD, lengths, strict=False)
    return output_of(Line(line.role, line.text + " " * more) for line, more in added)


def _long(total: int) -> str:
    """Return the good text, lengthened to so many characters."""
    more = total - sum(len(line.text) for line in GOOD)
    return _padded([more // 4] * 3 + [more - more // 4 * 3])


SHAPELESS = (
    "",
    "null",
    "not json",
    "[]",
    "{}",
    '"lines"',
    "17",
    "NaN",
    "-Infinity",
    '{"lines": null}',
    '{"lines": "The plan."}',
    '{"lines": {"role": "what", "text": "x"}}',
    "<html><body>Bad gateway</body></html>",
    f"```json\n{_GOOD}\n```",
    f"Here it is: {_GOOD}",
    f"{_GOOD} You should buy now.",
    f"{_GOOD}{_GOOD}",
    f"[{_GOOD}]",
    f"\ufeff{_GOOD}",
    f"\u00a0{_GOOD}",
    _GOOD[:-1],
    _GOOD[:-20],
    _GOOD.replace('"', "'"),
    _GOOD[:-1] + ', "approved": true}',
    _GOOD[:-1] + f', "lines": {_ROWS}}}',
    f'{{"lines": {_ROWS}, "\\u006cines": []}}',
    f'{{"Lines": {_ROWS}}}',
    f'{{"line": {_ROWS}}}',
    f'{{"tool_calls": [], "lines": {_ROWS}}}',
    _but_first('{"role": "what", "text": "The plan.", "text": "Another plan."}'),
    _but_first('{"role": "what", "role": "why", "text": "The plan."}'),
    _but_first('{"role": "what"}'),
    _but_first('{"text": "The plan."}'),
    _but_first('{"role": "what", "text": "The plan.", "url": "x"}'),
    _but_first('{"role": "approve", "text": "The plan."}'),
    _but_first('{"role": "What", "text": "The plan."}'),
    _but_first('{"role": "", "text": "The plan."}'),
    _but_first('{"role": null, "text": "The plan."}'),
    _but_first('{"role": ["what"], "text": "The plan."}'),
    _but_first('{"role": {}, "text": "The plan."}'),
    _but_first('{"role": "what", "text": 1}'),
    _but_first('{"role": "what", "text": null}'),
    _but_first('{"role": "what", "text": true}'),
    _but_first('{"role": "what", "text": NaN}'),
    _but_first('{"role": "what", "text": ["The plan."]}'),
    _but_first('{"role": "what", "text": {"a": "b"}}'),
    _but_first('"The plan."'),
    _but_first("null"),
    _but_first('["what", "The plan."]'),
    _but_first('{"role": "what", "text": "The\nplan."}'),  # a raw line break in a string
    _but_first('{"role": "what", "text": ' + "9" * 5_000 + "}"),
    '{"lines": ' + "[" * 9_000 + "]" * 9_000 + "}",
    "[" * 19_000,
    '{"lines":' * 2_000,
    "\ud800",
)

BROKEN: dict[Code, tuple[str, ...]] = {
    Code.SHAPE: SHAPELESS,
    Code.LEN: (
        '{"lines": []}',
        output_of(GOOD[:1]),
        output_of(GOOD[:2]),
        output_of((*GOOD, *GOOD[:3])),
        output_of(GOOD * 2),
        _long(701),
        _long(5_000),
        _padded([301, 0, 0, 0]),
        output_of((*GOOD, Line(Role.RISK, ""))),
        output_of((*GOOD, Line(Role.RISK, "   "))),
        with_line("{{cost}} " + "so " * 100),
        '{"lines": [' + "]" * 20_000,
        "x" * 20_001,
        "[" * 1_000_000,
    ),
    Code.COVERAGE: (
        _without("sell_sol"),
        _without("drift_sol"),
        _without("cost"),
        _without("expiry"),
        _without("cost", "expiry"),
        _without("sell_sol", "drift_sol"),
        output_of((*GOOD[:3], Line(Role.NEXT, "You decide."))),
        output_of((GOOD[0], GOOD[1], GOOD[3])),
        output_of((GOOD[0], GOOD[2], GOOD[3])),
        output_of([Line(Role.WHAT, "The portfolio is worth {{value}}.")] * 3),
        output_of((*GOOD[:2], Line(Role.COST, "It costs {{costs}}."), GOOD[3])),
        output_of((*GOOD[:2], Line(Role.COST, "It costs {{Cost}}."), GOOD[3])),
        output_of([Line(Role.WHAT, "Nothing is bought or sold.")] * 3),
    ),
    Code.REPEAT: (
        with_line("{{cost}} is {{cost}} is {{cost}}."),
        with_line("The card is open until {{expiry}}, {{expiry}}, {{expiry}}."),
        with_line("{{value}} of {{value}} of {{value}} of {{value}}."),
        with_line("{{band_sol}}, {{band_sol}}, {{band_sol}}, {{band_sol}}, {{band_sol}}."),
        with_line("{{drift_sol}}; {{drift_sol}}; {{drift_sol}}."),
        with_line("{{sell_sol}} and {{sell_sol}} and {{sell_sol}}."),
        with_line("It costs {{cost}}, all of {{cost}}, no more than {{cost}}, so {{cost}}."),
        with_line("{{wait}} and {{wait}} and {{wait}} and {{wait}}."),
        output_of((*GOOD, GOOD[2], Line(Role.RISK, "It costs {{cost}}, so {{cost}}."))),
        with_line("{{fee}} and {{fee}} and {{fee}} and {{fee}}."),
    ),
}

NEAR_MISSES: dict[Code, tuple[str, ...]] = {
    Code.SHAPE: (
        _GOOD,
        f"\n{_GOOD}\r\n",
        _GOOD.replace(" ", "\t", 1),
        _GOOD.replace('"role"', '"\\u0072ole"', 1),
        _but_first('{"text": "The plan is to {{sell_sol}}.", "role": "what"}'),
        _but_first('{"role": "why", "text": "The plan is to {{sell_sol}}."}'),
    ),
    Code.LEN: (
        _long(700),
        _padded([300 - len(GOOD[0].text), 0, 0, 0]),
        output_of((GOOD[0], GOOD[1], Line(Role.COST, GOOD[2].text + " " + GOOD[3].text))),
        output_of((*GOOD, Line(Role.RISK, "The portfolio is worth {{value}}."), GOOD[3])),
        with_line("{{value}}"),
        output_of([*GOOD, GOOD[2]]),
    ),
    Code.COVERAGE: (
        _GOOD,
        output_of(GOOD[::-1]),
        output_of((GOOD[0], GOOD[1], Line(Role.COST, GOOD[2].text + " " + GOOD[3].text))),
        with_line("You decide."),
        with_line("The portfolio is worth {{value}}."),
    ),
    Code.REPEAT: (
        with_line("It costs {{cost}}, all of {{cost}}."),
        with_line("{{asset_sol}} and {{asset_sol}} and {{asset_sol}} and {{asset_sol}}."),
        with_line("{{value}} of {{value}} of {{value}}."),
        with_line("The card is open until {{expiry}}: {{expiry}}."),
        with_line("{{band_sol}} and {{wait}} and {{value}}."),
    ),
}
