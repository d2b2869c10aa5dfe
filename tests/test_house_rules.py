"""What the house forbids, read from the code itself."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
APP = ROOT / "app"
FILES = sorted(path for path in APP.rglob("*.py") if path.stat().st_size)
LONGEST = 350

SUBJECT = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8")) for path in FILES}

WALL_CLOCK = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}
MAY_READ_THE_WALL_CLOCK = {
    "app/transparency/witness.py"
}  # it runs where there is no database, and its time orders nothing
MAY_READ_THE_ENVIRONMENT = {"app/settings.py", "app/base/embedded.py"}
EXACT = ("app/money/", "app/bidding/", "app/listing/", "app/deal/", "app/rules/", "app/base/money.py")
MAY_FLOAT = {"app/bidding/live.py", "app/bidding/lane.py"}  # seconds to wait, never an amount
FORBIDDEN_NAMES = {"service", "services", "manager", "managers", "helpers", "utils", "common", "core", "misc"}


def _name(node: ast.AST) -> str:
    """`a.b.c` of an attribute chain, "" of anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = _name(node.value)
        return f"{before}.{node.attr}" if before else f"?.{node.attr}"
    return ""


def _calls(tree: ast.AST, wanted: Callable[[str], bool]) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and wanted(_name(node.func)):
            yield node.lineno


def _offenders(
    wanted: Callable[[str], bool],
    *,
    within: tuple[str, ...] = ("app/",),
    allowed: frozenset[str] | set[str] = frozenset(),
) -> list[str]:
    looked_at = {name: tree for name, tree in SUBJECT.items() if name.startswith(within) and name not in allowed}
    assert looked_at
    return [f"{name}:{line}" for name, tree in looked_at.items() for line in _calls(tree, wanted)]


def test_there_is_code_to_look_at() -> None:
    assert len(SUBJECT) > 20
    assert set(MAY_READ_THE_ENVIRONMENT) <= set(SUBJECT)


def test_only_the_database_module_begins_and_ends_transactions() -> None:
    """A request, an act or a tick commits by leaving `transaction()`."""
    ends = re.compile(r"\.(commit|rollback|begin)$")
    assert _offenders(lambda name: bool(ends.search(name)), allowed={"app/base/db.py"}) == []
    assert list(_calls(SUBJECT["app/base/db.py"], lambda name: bool(ends.search(name))))


def test_the_order_of_things_is_told_by_the_database_clock_alone() -> None:
    def wall(name: str) -> bool:
        return any(name == each or name.endswith(f".{each}") for each in WALL_CLOCK)

    assert _offenders(wall, allowed=MAY_READ_THE_WALL_CLOCK) == []


def test_money_area_and_shares_are_never_floats() -> None:
    assert _offenders(lambda name: name == "float", within=EXACT, allowed=MAY_FLOAT) == []


def test_the_application_does_not_print() -> None:
    assert _offenders(lambda name: name == "print") == []


def test_the_environment_is_read_in_one_place() -> None:
    looked_at = {name: tree for name, tree in SUBJECT.items() if name not in MAY_READ_THE_ENVIRONMENT}
    assert looked_at
    assert [
        f"{name}:{node.lineno}"
        for name, tree in looked_at.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and _name(node) in {"os.environ", "os.getenv", "os.putenv"}
    ] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_file_is_short_named_for_what_it_holds_and_says_so(path: Path) -> None:
    source = path.read_text("utf-8")
    assert source.count("\n") <= LONGEST, "split it by verb or by theme"
    assert not {path.stem, *(folder.name for folder in path.relative_to(APP).parents)} & FORBIDDEN_NAMES
    assert ast.get_docstring(ast.parse(source)), "a module begins with what it promises"
