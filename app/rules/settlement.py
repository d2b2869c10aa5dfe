"""价款、保证金、结算、分配（目录 3.11）。"""

from app.rules.book import Norm, Rule

RULES: tuple[Rule, ...] = ()

NORMS: tuple[Norm, ...] = ()
