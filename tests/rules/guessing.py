"""Cases by chance, drawn from the case format itself and close to where the rules draw their lines."""

from datetime import date, timedelta
from random import Random
from typing import Any

from app.rules.reading import json_schema

_SCHEMA = json_schema()["properties"]
_NEAR = date(2026, 11, 23)
_SPANS = (0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 60, 181, 183, 365, 366, 730, 731, 1826, 1827, 7304, 7305, 7306, 18262)
_COUNTS = (0, 1, 2, 3, 5, 7, 10, 14, 15, 20, 21, 22, 30, 31, 66, 99, 100, 200, 201, 300, 301)
_AMOUNTS = ("0", "1", "2", "20", "49", "50", "100", "500", "1000", "1800000", "2000000", "4000000")


def _value(schema: dict[str, Any], pick: Random, name: str) -> Any:
    if "enum" in schema:
        return pick.choice(schema["enum"])
    kind = schema.get("type")
    if kind == "boolean":
        return pick.random() < 0.5
    if kind == "integer":
        return max(schema.get("minimum", 0), pick.choice(_COUNTS))
    if kind == "array":
        return [_value(schema["items"], pick, name) for _ in range(pick.choice((0, 1, 1, 2)))]
    if kind == "object":
        return {n: _value(s, pick, n) for n, s in schema["properties"].items() if n in schema.get("required", ()) or pick.random() < 0.8}  # fmt: skip
    if schema.get("format") == "date":
        if name == "birth_date":
            return date(pick.choice((1970, 2007, 2008, 2009, 2010, 2011)), 11, pick.choice((22, 23, 24))).isoformat()
        return (_NEAR + timedelta(days=pick.choice((-1, 1)) * pick.choice(_SPANS))).isoformat()
    if schema.get("pattern", "").startswith("^-?"):
        return pick.choice(("0", "24.99", "25", "134", "134.01", "167", "200", "201"))
    if "pattern" in schema:
        return pick.choice(_AMOUNTS)
    return pick.choice(("买断", "甲", "乙", "丙"))


def document(pick: Random, facts: list[str], category: str | None = None) -> dict[str, Any]:
    """A case that says most of these facts (`p.x` for a parcel's), and now and then others."""
    day = pick.choice(
        ("2026-11-23", "2026-11-23", "2025-04-30", "2025-05-01", "2026-08-14", "2026-08-15", "2027-01-01")
    )
    out: dict[str, Any] = {"as_of": day, "county": "411003"}
    out["category"] = category or pick.choice(_SCHEMA["category"]["enum"])
    wanted = [f for f in facts if pick.random() < 0.93]
    parcel = [f.split(".")[1] for f in wanted if f.startswith(("p.", "parcels."))]
    for fact in wanted:
        section, _, name = fact.rpartition(".")
        if not section and fact not in ("as_of", "county", "category"):
            out[fact] = _value(_SCHEMA[fact], pick, fact)
        elif section and section not in ("p", "parcels"):
            out.setdefault(section, {})[name] = _value(_SCHEMA[section]["properties"][name], pick, name)
    if parcel:
        fields = _SCHEMA["parcels"]["items"]["properties"]
        out["parcels"] = [
            {n: _value(fields[n], pick, n) for n in parcel if n != "parcel_code" and pick.random() < 0.95}
            for _ in range(pick.choice((1, 1, 2)))
        ]
    return out
