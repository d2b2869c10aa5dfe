"""Identity on the wire."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from app.base.actor import Role
from app.base.wire import Choice, Id, In, Out, RegionCode, Text

Login = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{2,39}$", description="登录名：小写字母、数字、点、横线")]
Password = Annotated[
    str,
    StringConstraints(strip_whitespace=False, min_length=12, max_length=128),
    Field(description="至少12位；空格也是密码的一部分"),
]


class TokenOut(Out):
    """OAuth2 token response (RFC 6749 section 5.1)."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the type's name
    expires_in: int
    refresh_token: str | None = None


class GrantOut(Out):
    role: Role
    region_prefix: str


class MeOut(Out):
    """The signed-in account and what it may do where."""

    account_id: int
    name: str
    organisation_id: int | None
    client_id: str | None
    grants: list[GrantOut]
    permissions: dict[str, list[str]]
    must_change_password: bool


class OrganisationKind(StrEnum):
    """组织类型。"""

    COLLECTIVE = "collective"
    VILLAGE_COMMITTEE = "village_committee"
    TOWN = "town"
    CENTRE = "centre"
    CITY_CENTRE = "city_centre"
    DEPARTMENT = "department"
    JOINT_CONFERENCE = "joint_conference"
    ENTERPRISE = "enterprise"
    COOPERATIVE = "cooperative"
    BANK = "bank"
    PLATFORM = "platform"


class OrganisationIn(In):
    kind: Choice[OrganisationKind]
    name: Text
    region_code: RegionCode
    credit_code: Annotated[str, Field(min_length=18, max_length=18)] | None = None


class OrganisationOut(Out):
    id: int
    kind: str
    name: str
    region_code: str
    credit_code: str | None


class AccountIn(In):
    login: Login
    password: Password
    name: Annotated[Text, Field(max_length=60)]
    id_number: Annotated[str, Field(min_length=18, max_length=18, description="公民身份号码 GB 11643")]
    phone: Annotated[str, Field(pattern=r"^1[0-9]{10}$")] | None = None
    organisation_id: Id | None = None


class AccountOut(Out):
    """An account. The person's name is masked, the number never leaves."""

    id: int
    login: str
    name: str
    organisation_id: int | None
    is_demo: bool
    disabled_at: datetime | None


class RoleIn(In):
    role: Choice[Role]
    region_code: RegionCode


class RoleOut(Out):
    id: int
    role: Role
    region_code: str


class ReasonIn(In):
    reason: Text


class PasswordIn(In):
    old_password: Annotated[str, StringConstraints(strip_whitespace=False, max_length=200)]
    new_password: Password


class ClientIn(In):
    name: Text
    account_id: Id


class ClientOut(Out):
    """`client_secret` is shown this once."""

    client_id: str
    client_secret: str
