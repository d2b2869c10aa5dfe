"""The demonstration's fictional people: one account for every role and county, all marked 演示."""

from dataclasses import dataclass
from datetime import date

from app.base.actor import ROLE_ZH, Role
from app.base.numbers import credit_code_with_check, resident_id_with_check

PASSWORD = "nongjiao-demo-2026"  # noqa: S105 - published: it opens a demonstration and nothing else
COUNTIES = {
    "weidu": ("411002", "魏都区"),
    "jianan": ("411003", "建安区"),
    "yanling": ("411024", "鄢陵县"),
    "xiangcheng": ("411025", "襄城县"),
    "yuzhou": ("411081", "禹州市"),
    "changge": ("411082", "长葛市"),
}
COUNTY_POSTS = {
    "town": Role.TOWN_STATION,
    "reception": Role.CENTRE_RECEPTION,
    "reviewer": Role.CENTRE_REVIEWER,
    "approver": Role.CENTRE_APPROVER,
    "auctioneer": Role.CENTRE_AUCTIONEER,
    "cashier": Role.CENTRE_CASHIER,
    "certifier": Role.CENTRE_CERTIFIER,
    "archivist": Role.CENTRE_ARCHIVIST,
    "supervisor": Role.SUPERVISOR,
    "household": Role.HOUSEHOLD,
}
CITY_POSTS = {
    "city-centre": Role.CITY_CENTRE,
    "joint-conference": Role.JOINT_CONFERENCE,
    "bank": Role.BANK,
    "auditor": Role.AUDITOR,
    "operator": Role.OPERATOR,
}
N_BIDDERS = 8


@dataclass(frozen=True, slots=True)
class Demonstrator:
    """A fictional person with an account: `region_code` is where the role holds, `organisation` whom he acts for."""

    login: str
    name: str
    id_number: str
    role: Role
    region_code: str
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class DemoOrganisation:
    """A fictional organisation."""

    name: str
    kind: str
    region_code: str
    credit_code: str | None = None


def organisations() -> list[DemoOrganisation]:
    """A centre and a department a county, the city's bodies, and one village collective a county."""
    out = [
        DemoOrganisation("许昌市农村产权交易中心（演示）", "city_centre", "411000"),
        DemoOrganisation("许昌市农村产权交易联席会议（演示）", "joint_conference", "411000"),
        DemoOrganisation("许昌演示银行", "bank", "411000"),
        DemoOrganisation("许昌市审计局（演示）", "department", "411000"),
        DemoOrganisation("平台运维（演示）", "platform", "411000"),
    ]
    for code, name in COUNTIES.values():
        out += [
            DemoOrganisation(f"{name}农村产权交易中心（演示）", "centre", code),
            DemoOrganisation(f"{name}农业农村局（演示）", "department", code),
            DemoOrganisation(f"{name}乡镇服务站（演示）", "town", code),
            DemoOrganisation(f"{name}演示村股份经济合作社", "collective", village_of(code), collective_code(code)),
        ]
    return out


def village_of(county_code: str) -> str:
    """The village in which a county's demonstration takes place: the first of its first town."""
    return VILLAGES[county_code]


VILLAGES = {
    "411002": "411002001001",
    "411003": "411003001001",
    "411024": "411024100001",
    "411025": "411025001001",
    "411081": "411081001001",
    "411082": "411082001001",
}


def collective_code(county_code: str) -> str:
    """A fictional credit code of a village collective, with a right check character."""
    return credit_code_with_check(f"N2{county_code}MDEM{county_code[-3:]}AA")


def demonstrators() -> list[Demonstrator]:
    """All accounts, in a fixed order."""
    out: list[Demonstrator] = []

    def add(login: str, zh: str, role: Role, region: str, organisation: str | None) -> None:
        number = resident_id_with_check("411000", date(1980, 1, 1), len(out) + 1)
        out.append(Demonstrator(login, f"演示{zh}", number, role, region, organisation))

    for key, role in CITY_POSTS.items():
        zh = ROLE_ZH[role]
        names = [o.name for o in organisations()[:5]]
        add(key, zh, role, "411000", names[list(CITY_POSTS).index(key)])
    for county, (code, name) in COUNTIES.items():
        add(f"{county}-clerk", f"{name}经办", Role.VILLAGE_CLERK, village_of(code), f"{name}演示村股份经济合作社")
        for post, role in COUNTY_POSTS.items():
            organisation = {
                Role.SUPERVISOR: f"{name}农业农村局（演示）",
                Role.TOWN_STATION: f"{name}乡镇服务站（演示）",
                Role.HOUSEHOLD: None,
            }.get(role, f"{name}农村产权交易中心（演示）")
            region = village_of(code) if role is Role.HOUSEHOLD else code
            add(f"{county}-{post}", f"{name}{ROLE_ZH[role]}", role, region, organisation)
    for n in range(1, N_BIDDERS + 1):
        add(f"bidder{n}", f"竞买人{n}号", Role.BIDDER, "411000", None)
    return out
