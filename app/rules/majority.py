"""三分之二以上：以谁的三分之二计，看由谁决定（目录 N-2、N-3）。"""

from app.rules.facts import Case
from app.rules.terms import ASSEMBLIES, REPRESENTATIVES, two_thirds


def by_two_thirds(c: Case) -> bool:
    """成员（村民、小组）会议以全体成员计，代表会议以全体代表计；理事会不得决定。"""
    if c.resolution.body in ASSEMBLIES:
        return two_thirds(c.resolution.yes, c.resolution.eligible)
    return c.resolution.body in REPRESENTATIVES and two_thirds(c.resolution.yes, c.resolution.reps_total)
