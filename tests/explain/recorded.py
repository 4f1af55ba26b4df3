"""The causes that the workflows write down, as examples: found in their code, word by word."""

import ast
from collections.abc import Iterator
from pathlib import Path

import bot.workflow

GAP = "7"
"""Stands where the program writes a figure or a name."""

# Who is told why: functions and the name of their argument, or its place from the end.
_TOLD = {"halt": "why", "halt_in": "why", "take_back": "note", "withdraw_open": "note"}
_TOLD_LAST = {"_take_back", "_give_up", "_end"}


def recorded_causes() -> list[str]:
    """Return one example of every cause that people may read, sorted."""
    trees = [ast.parse(path.read_text("utf-8")) for path in _files()]
    constants = {
        name: text for tree in trees for name, text in _assigned(tree.body) if _is_constant(name)
    }
    causes: set[str] = set()
    for tree in trees:
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                causes |= set(_causes_of(function, constants))
    return sorted(cause for cause in causes if cause.strip(GAP + ": "))


def _files() -> list[Path]:
    return sorted(Path(bot.workflow.__path__[0]).glob("*.py"))


def _causes_of(function: ast.FunctionDef | ast.AsyncFunctionDef, known: dict[str, str]) -> set[str]:
    names: dict[str, list[str]] = {name: [text] for name, text in known.items()}
    for name, text in _assigned([*ast.walk(function)]):
        names.setdefault(name, []).append(text)
    found = [node for call in ast.walk(function) for node in _arguments(call)]
    if "why" in function.name:
        found += [
            choice
            for node in ast.walk(function)
            if isinstance(node, ast.Return) and node.value is not None
            for choice in _choices(node.value)
        ]
    return {text for node in found for text in _texts(node, names)}


def _arguments(call: ast.AST) -> Iterator[ast.expr]:
    """Yield the cause that a call hands on, if it is one of those that people are told."""
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        return
    named = _TOLD.get(call.func.id)
    yield from (word.value for word in call.keywords if named is not None and word.arg == named)
    if call.func.id in _TOLD_LAST:
        yield call.args[-1]


def _choices(value: ast.expr) -> list[ast.expr]:
    return [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]


def _texts(node: ast.expr, names: dict[str, list[str]]) -> list[str]:
    if isinstance(node, ast.Name):
        return names.get(node.id, [])
    text = _text(node)
    return [] if text is None else [text]


def _text(node: ast.AST) -> str | None:
    """Return a text as it is written, with an example in each of its gaps."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = (p.value if isinstance(p, ast.Constant) else GAP for p in node.values)
        return "".join(map(str, parts))
    return None


def _assigned(nodes: list[ast.stmt] | list[ast.AST]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            text = _text(node.value)
            if text is not None:
                yield node.targets[0].id, text


def _is_constant(name: str) -> bool:
    return name.isupper()
