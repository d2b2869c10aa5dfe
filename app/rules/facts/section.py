"""What a section of a case is: slotted, frozen facts, cheap to read; an absent one raises `Missing`."""

from dataclasses import MISSING, dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, NoReturn, TypeAlias, TypeVar, cast

T = TypeVar("T")

Day: TypeAlias = date
"""某日（北京时间）。字段可以名为 `date`，所以类型不用这个名。"""
Area = Annotated[Decimal, "area"]
"""亩，十进制字符串。"""
Yuan = Annotated[Decimal, "yuan"]
"""元，十进制字符串。"""
Number = Annotated[Decimal, "number"]
Positive = Annotated[int, "positive"]
Text = Annotated[str, "text"]
"""一至四千字。"""


class Missing(Exception):
    """A fact was asked for that the case does not give. `path` as `parcels[1].area_mu`."""

    def __init__(self, section: str, name: str) -> None:
        self.section, self.name = section, name

    @property
    def path(self) -> str:
        return f"{self.section}.{self.name}" if self.section else self.name


class Section:
    """Facts that belong together. `given` is what the document said, defaults included; `at` is the section's path."""

    __slots__ = ("at", "given")
    at: str
    given: dict[str, Any]

    def __getattr__(self, name: str) -> NoReturn:
        """Called only where a slot holds nothing."""
        if name in type(self).__slots__:
            raise Missing(self.at, name)
        raise AttributeError(name)


def section(cls: type[T]) -> type[T]:
    """Turns annotations into slots; a default is given where the document is silent."""
    return dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)(cls)


def defaults(cls: type[Section]) -> dict[str, Any]:
    """The facts of a section that count as given without being said."""
    return {f.name: f.default for f in fields(cast("Any", cls)) if f.default is not MISSING}
