"""优先权（目录 3.4）。"""

from app.rules.book import Norm, Rule

RULES: tuple[Rule, ...] = ()

NORMS: tuple[Norm, ...] = ()
