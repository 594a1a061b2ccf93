"""The expressions of a form: a subset of XPath 1.0 as XLSForm writes it, read once into a small tree.

A tree is a list that JSON can hold: `["ref", name]`, `["self"]`, `["value", text or number]`,
`[operator, left, right]` or `["call", function, arguments...]`. The phone evaluates the same tree
(`frontend/field/expressions.ts`), so that both sides ask and refuse alike.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

Tree = list[Any]
FUNCTIONS: Mapping[str, int] = {
    "selected": 2, "count-selected": 1, "not": 1, "true": 0, "false": 0, "today": 0, "string-length": 1, "number": 1,
}  # fmt: skip
# How tightly each operator binds.
_BINDS = {
    "or": 1, "and": 2, "=": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "div": 6, "mod": 6,
}  # fmt: skip
_TOKEN = re.compile(
    r"""\s*(?:\$\{\s*(?P<ref>[^\s{}]+)\s*\}|(?P<text>'[^']*'|"[^"]*")|(?P<number>[0-9]+(?:\.[0-9]+)?)"""
    r"""|(?P<word>[A-Za-z][A-Za-z0-9-]*)|(?P<sign><=|>=|!=|[=<>+\-*().,]))"""
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PLAIN = re.compile(r"\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)\s*")
LONGEST = 2_000


def parse(written: str) -> Tree:
    """Return the tree of an expression; raises `ValueError` with the reason."""
    if len(written) > LONGEST:
        raise ValueError(_("This expression is too long."))
    parser = _Parser(list(_tokens(written)))
    tree = parser.expression(0)
    if parser.at < len(parser.tokens):
        raise ValueError(_not_known(parser.tokens[parser.at][1]))
    return tree


def references(tree: Tree) -> set[str]:
    """Return the names of the questions that an expression asks about."""
    if tree[0] == "ref":
        return {tree[1]}
    return {name for part in tree[1:] if isinstance(part, list) for name in references(part)}


def _not_known(word: str) -> Any:
    return _("“%(part)s” is not known in an expression here.") % {"part": word[:40]}


def _tokens(written: str) -> Iterator[tuple[str, str]]:
    at, written = 0, written.rstrip()
    while at < len(written):
        found = _TOKEN.match(written, at)
        if found is None:
            raise ValueError(_not_known(written[at:].strip()))
        yield str(found.lastgroup), str(found[str(found.lastgroup)])
        at = found.end()


class _Parser:
    """Reads tokens by the strength of their operators."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens, self.at, self.depth = tokens, 0, 0

    def _next(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise ValueError(_("The expression ends too early."))
        self.at += 1
        return self.tokens[self.at - 1]

    def _peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def expression(self, strength: int) -> Tree:
        self.depth += 1
        if self.depth > 60:
            raise ValueError(_("This expression is too long."))
        left = self._one()
        while _BINDS.get(self._peek(), 0) > strength:
            sign = self._next()[1]
            left = [sign, left, self.expression(_BINDS[sign])]
        self.depth -= 1
        return left

    def _one(self) -> Tree:
        kind, word = self._next()
        if kind == "ref":
            return ["ref", word]
        if kind == "text":
            return ["value", word[1:-1]]
        if kind == "number":
            return ["value", float(word)]
        if word == ".":
            return ["self"]
        if word == "-":
            return ["-", ["value", 0], self.expression(6)]
        if word == "(":
            inner = self.expression(0)
            self._expect(")")
            return inner
        if word in FUNCTIONS and self._peek() == "(":
            return self._call(word)
        raise ValueError(_not_known(word))

    def _call(self, name: str) -> Tree:
        self._expect("(")
        arguments: list[Tree] = []
        while self._peek() != ")":
            if arguments:
                self._expect(",")
            arguments.append(self.expression(0))
        self._expect(")")
        if len(arguments) != FUNCTIONS[name]:
            raise ValueError(
                _("%(name)s takes %(count)d values.") % {"name": f"{name}()", "count": FUNCTIONS[name]}
            )
        return ["call", name, *arguments]

    def _expect(self, sign: str) -> None:
        if self._next()[1] != sign:
            raise ValueError(_("“%(sign)s” is missing in the expression.") % {"sign": sign})


Value = str | float | bool


def holds(tree: Tree, answers: Mapping[str, str], own: str, today: date) -> bool:
    """Say whether an expression is true for the answers; `own` is the answer that it stands beside."""
    return _truth(_value(tree, answers, own, today))


def _value(tree: Tree, answers: Mapping[str, str], own: str, today: date) -> Value:
    kind = tree[0]
    if kind == "ref":
        return answers.get(tree[1], "")
    if kind == "self":
        return own
    if kind == "value":
        return tree[1]
    parts = [_value(part, answers, own, today) for part in tree[1:] if isinstance(part, list)]
    if kind == "call":
        return _called(tree[1], parts, today)
    return _OPERATORS[kind](*parts)


def _called(name: str, parts: list[Value], today: date) -> Value:
    calls: dict[str, Callable[[], Value]] = {
        "selected": lambda: _text(parts[1]) in _text(parts[0]).split(),
        "count-selected": lambda: float(len(_text(parts[0]).split())),
        "not": lambda: not _truth(parts[0]), "true": lambda: True, "false": lambda: False,
        "today": today.isoformat, "string-length": lambda: float(len(_text(parts[0]))),
        "number": lambda: _number(parts[0]),
    }  # fmt: skip
    return calls[name]()


def _truth(value: Value) -> bool:
    return bool(value) and value == value


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _number(value: Value) -> float:
    if isinstance(value, str) and not _PLAIN.fullmatch(value):
        return math.nan
    return float(value)


def _same(left: Value, right: Value) -> bool:
    numbers = _number(left), _number(right)
    if not any(math.isnan(one) for one in numbers):
        return numbers[0] == numbers[1]
    return _text(left) == _text(right)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Value, Value], bool]:
    def compared(left: Value, right: Value) -> bool:
        if all(isinstance(one, str) and _DAY.fullmatch(one) for one in (left, right)):
            return compare(left, right)
        return compare(_number(left), _number(right))

    return compared


def _divided(left: Value, right: Value) -> float:
    return _number(left) / _number(right) if _number(right) else math.nan


def _rest(left: Value, right: Value) -> float:
    return math.fmod(_number(left), _number(right)) if _number(right) else math.nan


_OPERATORS: Mapping[str, Callable[[Any, Any], Value]] = {
    "or": lambda a, b: _truth(a) or _truth(b),
    "and": lambda a, b: _truth(a) and _truth(b),
    "=": _same,
    "!=": lambda a, b: not _same(a, b),
    "<": _ordered(lambda a, b: a < b),
    "<=": _ordered(lambda a, b: a <= b),
    ">": _ordered(lambda a, b: a > b),
    ">=": _ordered(lambda a, b: a >= b),
    "+": lambda a, b: _number(a) + _number(b),
    "-": lambda a, b: _number(a) - _number(b),
    "*": lambda a, b: _number(a) * _number(b),
    "div": _divided,
    "mod": _rest,
}
