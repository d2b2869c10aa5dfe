"""机动地、未承包到户土地与“四荒”（目录 4.2）。"""

from app.rules.book import Norm, Rule

RULES: tuple[Rule, ...] = ()

NORMS: tuple[Norm, ...] = ()
