"""The audit log on the wire."""

import json
import re
from datetime import date, datetime, time
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, computed_field, field_serializer

from app.audit.actions import Fault
from app.audit.queries import Search
from app.base.days import BEIJING
from app.base.findings import Outcome
from app.base.wire import Choice, In, Out
from app.supervision.acts import act_zh
from app.supervision.states import EXPORT_STATE_ZH, ExportState

_PERIOD = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+ -][0-9]{2}:[0-9]{2}))?\Z",
    re.ASCII,
)


def _period_end(value: Any) -> Any:
    """A day is its beginning in Beijing. A blank in front of the offset is a plus that the URL ate."""
    if not isinstance(value, str) or not (found := _PERIOD.match(value)):
        raise ValueError("须为 YYYY-MM-DD 或带时区的 ISO 8601 时刻")
    try:
        if found[2] is None:
            return datetime.combine(date.fromisoformat(value), time(), BEIJING)
        return datetime.fromisoformat(value.replace(" ", "+"))
    except ValueError as e:
        raise ValueError("没有这一时刻") from e


PeriodEnd = Annotated[datetime, BeforeValidator(_period_end, json_schema_input_type=str)]
SubjectKey = Annotated[str, Field(pattern=r"^[a-z][a-z_-]{0,29}/[A-Za-z0-9._-]{0,48}$")]
OneSubject = Annotated[str, Field(pattern=r"^[a-z][a-z_-]{0,29}/[A-Za-z0-9._-]{1,48}$")]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
Key = Annotated[int, Field(ge=1, lt=2**63)]


class Order(StrEnum):
    """次序。"""

    NEWEST = "newest"
    OLDEST = "oldest"


class ExportFormat(StrEnum):
    """导出格式。"""

    CSV = "csv"
    JSONL = "jsonl"


class SearchIn(In):
    """检索条件；各项之间为“且”。"""

    subject: Annotated[SubjectKey | None, Field(description="对象，如 lot/7；以 lot/ 结尾表示该类全部")] = None
    account_id: Annotated[Key | None, Field(strict=False)] = None
    person_id: Annotated[Key | None, Field(strict=False)] = None
    organisation_id: Annotated[Key | None, Field(strict=False)] = None
    client_id: Code | None = None
    act: Annotated[
        str | None,
        Field(pattern=r"^[a-z_]{1,30}(\.[a-z_]{1,30})?$", description="行为，如 lot.publish；或领域，如 lot"),
    ] = None
    region: Annotated[str | None, Field(pattern=r"^[0-9]{2,12}$", description="区划代码前缀")] = None
    rule_id: Code | None = None
    verdict: Choice[Outcome] | None = None
    request_id: Code | None = None
    since: Annotated[PeriodEnd | None, Field(alias="from", description="起（含），日期或时刻")] = None
    until: Annotated[PeriodEnd | None, Field(alias="to", description="止（不含），日期或时刻")] = None


def search_of(asked: SearchIn) -> Search:
    """The search that is asked for."""
    return Search(**{name: getattr(asked, name) for name in SearchIn.model_fields})


def kept(asked: SearchIn) -> dict[str, Any]:
    """The conditions as they are kept, under their names on the wire."""
    return asked.model_dump(mode="json", by_alias=True, exclude_none=True)


def again(search: dict[str, Any]) -> SearchIn:
    """Kept conditions, checked as if they were asked now."""
    return SearchIn.model_validate_json(json.dumps(search))


class SavedSearchIn(In):
    """检索方案：名称与检索条件。"""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    search: SearchIn


class SavedSearchOut(Out):
    """保存的检索方案，仅本人可见。"""

    id: int
    name: str
    search: dict[str, Any]
    changed_at: datetime


class AuditExportIn(In):
    """导出任务：检索条件与格式。"""

    search: SearchIn
    format: Choice[ExportFormat] = ExportFormat.CSV


class AuditExportOut(Out):
    """导出任务的进度。percent 为已查到日志何处，n_events 为已写出的条数；sha256 为完成后文件的摘要。"""

    id: int
    search: dict[str, Any]
    format: ExportFormat
    state: ExportState
    percent: int
    n_events: int
    size: Annotated[int, Field(description="字节")]
    sha256: bytes | None
    up_to: Annotated[int, Field(description="导出到此事件为止")]
    asked_at: datetime
    finished_at: datetime | None

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorated property
    @property
    def state_zh(self) -> str:
        """进度的中文名称。"""
        return EXPORT_STATE_ZH[self.state]

    @field_serializer("sha256")
    def _hex(self, value: bytes | None) -> str | None:
        return None if value is None else value.hex()


class PersonalOut(Out):
    """事件所承诺的个人字段。commitment = HMAC-SHA256(salt, 规范 JSON{domain, subject, field, value})。"""

    field: str
    commitment: str
    salt: Annotated[bytes | None, Field(description="十六进制；已删除为 null")]
    value: Annotated[Any, Field(description="已删除为 null")]
    erased: bool

    @field_serializer("salt")
    def _hex(self, value: bytes | None) -> str | None:
        return None if value is None else value.hex()


class EventOut(Out):
    """审计事件一条。哈希链：hash 覆盖其余各项与 prev_hash。"""

    id: int
    at: datetime
    act: str
    subject: str
    seq: int
    region_code: str
    account_id: int | None
    person_id: int | None
    organisation_id: int | None
    client_id: str | None
    on_behalf_of: str | None
    request_id: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    facts: dict[str, Any]
    findings: list[dict[str, Any]]
    rule_ids: list[str]
    verdict: str | None
    rulebook: str | None
    prev_hash: bytes | None
    hash: bytes

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorated property
    @property
    def act_zh(self) -> str:
        """行为的中文名称。"""
        return act_zh(self.act)

    @field_serializer("prev_hash", "hash")
    def _hex(self, value: bytes | None) -> str | None:
        return None if value is None else value.hex()


class MomentOut(Out):
    """时间线上的一步，读作一句话。"""

    seq: int
    at: datetime
    act: str
    act_zh: str
    who: str
    sentence: str
    verdict: str | None
    rule_ids: list[str]


class BrokenOut(Out):
    """第一条不成立的记录：content 内容被改，link 与前一条不相接，gap 中间缺少记录。"""

    event_id: int
    seq: int
    fault: Fault


class ChainOut(Out):
    """复算结果。`checked` 为成立的条数。"""

    subject: str
    intact: bool
    checked: int
    broken: BrokenOut | None
