"""The pinned packages install on a machine whose pip is as old as its Python."""

import re
from importlib.metadata import distributions
from pathlib import Path

from packaging.requirements import Requirement

PINNED = Path(__file__).parent.parent / "requirements-dev.txt"


def test_what_is_asked_for_with_an_extra_is_pinned_with_it() -> None:
    """Else an older pip takes the newest version for the extra, and refuses it for having no hash."""
    pins = [
        Requirement(line.partition(" ")[0]) for line in re.findall(r"^[a-z].*", PINNED.read_text("utf-8"), re.MULTILINE)
    ]
    extras = {pin.name: pin.extras for pin in pins}
    asked = [
        Requirement(line)
        for package in distributions()
        if package.name.lower() in extras
        for line in package.requires or ()
    ]
    needed = [
        r for r in asked if r.extras and r.name in extras and (r.marker is None or r.marker.evaluate({"extra": ""}))
    ]
    assert needed, "pytest-cov asks for coverage[toml]"
    assert [str(r) for r in needed if not r.extras <= extras[r.name]] == []
