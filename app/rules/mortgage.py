"""抵押、质押、担保（目录 3.9）。"""

from app.rules.book import Norm, Rule

RULES: tuple[Rule, ...] = ()

NORMS: tuple[Norm, ...] = ()
