"""The few problems an act can end in, and their HTTP status (RFC 9457). Raised anywhere, answered in one place."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from app.base.findings import Finding


class Problem(Exception):
    """Something that ends a request. `detail` is Chinese, for the person who reads it; it never holds a secret."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "系统内部错误"

    def __init__(
        self,
        detail: str = "",
        *,
        reason: str | None = None,
        field: str | None = None,
        findings: Sequence[Finding] = (),
        extra: Mapping[str, Any] | None = None,
        retry_after: int | None = None,
    ) -> None:
        """`reason`: a rule id or reject code. `field`: path of the failing field, as `parcels[1].area_mu`."""
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.reason = reason
        self.field = field
        self.findings = tuple(findings)
        self.extra = dict(extra or {})
        self.retry_after = retry_after


class Invalid(Problem):
    """The request says something impossible. Correct it and ask again."""

    code, status, title = "invalid", 422, "请求内容有误"


class Unauthenticated(Problem):
    """Nobody, or nobody any more."""

    code, status, title = "unauthenticated", 401, "请先登录"


class Forbidden(Problem):
    """The person lacks the permission that the route names."""

    code, status, title = "forbidden", 403, "没有此项权限"


class NotFound(Problem):
    """There is no such thing, or none that this person may see."""

    code, status, title = "not-found", 404, "未找到"


class Conflict(Problem):
    """Somebody else was first, or the thing is in another state. Reading again and retrying may succeed."""

    code, status, title = "conflict", 409, "当前状态不允许此操作"


class Refused(Problem):
    """A rule says no. Retrying cannot help until the facts change."""

    code, status, title = "refused", 409, "平台规则不允许此操作"


class TooMany(Problem):
    """A limit of requests is reached."""

    code, status, title = "too-many", 429, "请求过于频繁"


class Unavailable(Problem):
    """The service cannot do it now; nothing is known to have happened. Retry with the same key."""

    code, status, title = "unavailable", 503, "服务暂不可用，请稍后以同一请求重试"
