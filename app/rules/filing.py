"""备案与登记（目录 3.7）。"""

from app.rules.book import Norm, Rule

RULES: tuple[Rule, ...] = ()

NORMS: tuple[Norm, ...] = ()
