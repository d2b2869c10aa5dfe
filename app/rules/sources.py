"""Which facts a rule rests on, read off its own source, so that nobody lists them a second time.

`c.term.end` in a check, or in a function of `terms` that it calls with `c`, is the fact `term.end`; `p.area_mu` in a
check over `(c, p)` is `parcels.area_mu`; `c.param.notice_days` is `county_parameters.notice_days`.
"""

import ast
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

from app.rules.facts import Case

_SCALARS = frozenset({"as_of", "step", "county", "category", "right", "method", "award_mode"})
_SECTIONS = frozenset(Case.__slots__) - _SCALARS - {"param", "calendar"}
_KEPT_BACK = frozenset({"given", "at"})


@cache
def _definitions(file: str) -> dict[int, list[ast.FunctionDef | ast.Lambda]]:
    """The functions of a source file by their first line, decorators included."""
    found: dict[int, list[ast.FunctionDef | ast.Lambda]] = {}
    for node in ast.walk(ast.parse(Path(file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            found.setdefault(first, []).append(node)
        elif isinstance(node, ast.Lambda):
            found.setdefault(node.lineno, []).append(node)
    return found


def facts_read(function: Callable[..., Any], roots: Sequence[str | None]) -> tuple[str, ...]:
    """The paths of the facts that a function reads, sorted.

    `roots` names what its parameters stand for: `""` the case, `"parcels"` a parcel, `"transferor"` that section.
    """
    return tuple(sorted(set(_walk(function, tuple(roots)))))


@cache
def _walk(function: Callable[..., Any], roots: tuple[str | None, ...]) -> frozenset[str]:
    code = function.__code__
    found: set[str] = set()
    for node in _definitions(code.co_filename).get(code.co_firstlineno, ()):
        if isinstance(node, ast.Lambda) == (code.co_name == "<lambda>"):
            names = [a.arg for a in node.args.args]
            env = {name: root for name, root in zip(names, roots, strict=False) if root is not None}
            found.update(_Reader(env, function.__globals__).facts(node))
    return frozenset(found)


class _Reader:
    """Follows the case, its parcels and its sections through one function body."""

    def __init__(self, env: dict[str, str], scope: dict[str, Any]) -> None:
        self.env, self.scope = env, scope

    def facts(self, function: ast.FunctionDef | ast.Lambda) -> Iterator[str]:
        body = function.body if isinstance(function.body, list) else [function.body]
        nodes = [node for part in body for node in ast.walk(part)]
        for node in nodes:
            self._bind(node)
        for node in nodes:
            if isinstance(node, ast.Attribute):
                path = self._path(node)
                if path is not None and path not in _SECTIONS:
                    yield path
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                called = self.scope.get(node.func.id)
                if isinstance(called, FunctionType) and called.__module__.startswith("app.rules."):
                    yield from _walk(called, tuple(self._root(arg) for arg in node.args))

    def _bind(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign):
            target = node.targets[0]
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(target.elts, node.value.elts, strict=True))
        elif isinstance(node, ast.comprehension | ast.For):
            pairs = [(node.target, node.iter)]
        else:
            return
        for name, value in pairs:
            root = self._root(value)
            if isinstance(name, ast.Name) and root is not None:
                self.env[name.id] = root

    def _root(self, node: ast.expr) -> str | None:
        """What an argument stands for, if it is the case, a parcel or a section."""
        path = self._path(node)
        return path if path == "" or path in _SECTIONS else None

    def _path(self, node: ast.expr) -> str | None:
        if isinstance(node, ast.Name):
            return self.env.get(node.id)
        if not isinstance(node, ast.Attribute) or node.attr in _KEPT_BACK:
            return None
        base = self._path(node.value)
        if base is None or "." in base or base in _SCALARS:
            return None
        if base:
            return f"{base}.{node.attr}"
        if node.attr == "param":
            return "county_parameters"
        return node.attr if node.attr in _SCALARS or node.attr in _SECTIONS else None
