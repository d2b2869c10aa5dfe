"""小型水利设施使用权（目录 4.8）。"""

from app.rules.book import Norm, Rule

RULES: tuple[Rule, ...] = ()

NORMS: tuple[Norm, ...] = ()
