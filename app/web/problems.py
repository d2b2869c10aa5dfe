"""Every error leaves here as problem details (RFC 9457): a stable code, a Chinese sentence, the failing field."""

from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg import errors as pg
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from app.base.context import request_id
from app.base.errors import Conflict, Invalid, NotFound, Problem, TooMany, Unauthenticated, Unavailable
from app.web.routes import BadBody

log = structlog.get_logger()

MEDIA = "application/problem+json"

_STATUS_CODES = {400: "bad-request", 405: "method-not-allowed", 413: "too-large", 415: "unsupported-media-type"}
_STATUS_DETAIL = {
    400: "请求无法解析",
    404: "未找到",
    405: "不支持此请求方法",
    413: "请求体过大",
    415: "请求体类型不受支持",
}

_SAY: Mapping[str, str] = {
    "missing": "缺少此项",
    "extra_forbidden": "没有这个字段",
    "int_type": "须为整数",
    "int_from_float": "须为整数",
    "int_parsing": "须为整数",
    "string_type": "须为字符串",
    "string_unicode": "含有无效字符",
    "bool_type": "须为 true 或 false",
    "bool_parsing": "须为 true 或 false",
    "list_type": "须为数组",
    "dict_type": "须为对象",
    "model_type": "须为对象",
    "model_attributes_type": "须为对象",
    "enum": "不在允许的取值之内",
    "literal_error": "不在允许的取值之内",
    "string_too_short": "太短",
    "string_too_long": "太长",
    "string_pattern_mismatch": "格式不符",
    "greater_than": "数值过小",
    "greater_than_equal": "数值过小",
    "less_than": "数值过大",
    "less_than_equal": "数值过大",
    "too_short": "项数过少",
    "too_long": "项数过多",
    "datetime_from_date_parsing": "须为带时区的 ISO 8601 时刻",
    "datetime_parsing": "须为带时区的 ISO 8601 时刻",
    "datetime_type": "须为带时区的 ISO 8601 时刻",
    "timezone_aware": "须带时区",
}


def path_of(loc: Iterable[str | int]) -> str:
    """`("body", "parcels", 1, "area_mu")` as `parcels[1].area_mu`."""
    parts = list(loc)
    if parts and parts[0] in {"body", "query", "path", "header", "form"}:
        parts = parts[1:]
    path = ""
    for part in parts:
        path += f"[{part}]" if isinstance(part, int) else ("." if path else "") + str(part)[:60]
    return path or "body"


def say(error: Mapping[str, Any]) -> str:
    """A Chinese reason that never repeats the value."""
    kind = error["type"]
    if kind == "value_error":
        cause = error.get("ctx", {}).get("error")
        return str(cause) if isinstance(cause, ValueError) else "内容有误"
    return _SAY.get(kind, "内容有误")


def answer(problem: Problem) -> JSONResponse:
    """The wire form of a problem."""
    body: dict[str, Any] = {
        "type": f"urn:nongjiao:problem:{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
        "request_id": request_id.get(),
    }
    if problem.reason:
        body["reason"] = problem.reason
    if problem.field:
        body["field"] = problem.field
    if problem.findings:
        body["findings"] = [
            {
                "rule_id": f.rule_id,
                "verdict": f.outcome.value,
                "message": f.message,
                "citation": f.citation,
                "level": f.level.value,
            }
            for f in problem.findings
        ]
    body |= problem.extra
    headers = {}
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    if isinstance(problem, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(body, status_code=problem.status, headers=headers, media_type=MEDIA)


async def _problem(_: Request, e: Exception) -> JSONResponse:
    assert isinstance(e, Problem)  # noqa: S101 - registered for this class alone
    return answer(e)


async def _validation(_: Request, e: Exception) -> JSONResponse:
    assert isinstance(e, RequestValidationError)  # noqa: S101 - registered for this class alone
    errors = [{"field": path_of(x["loc"]), "message": say(x)} for x in e.errors()]
    first = errors[0]
    detail = f"{first['field']}：{first['message']}"
    return answer(Invalid(detail, field=first["field"], extra={"errors": errors[:50]}))


def of_status(status: int, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The problem that a bare status of the framework stands for."""
    code, detail = _STATUS_CODES.get(status, "http"), _STATUS_DETAIL.get(status, "请求无法处理")
    body = {
        "type": f"urn:nongjiao:problem:{code}",
        "title": detail,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": request_id.get(),
    }
    return JSONResponse(body, status_code=status, headers=dict(headers or {}), media_type=MEDIA)


async def _http(_: Request, e: Exception) -> JSONResponse:
    assert isinstance(e, HTTPException)  # noqa: S101 - registered for this class alone
    if isinstance(e, BadBody):
        return answer(Invalid(e.detail, field=e.field, reason="BAD_JSON"))
    known = {404: NotFound, 401: Unauthenticated, 429: TooMany, 503: Unavailable}.get(e.status_code)
    if known:
        return answer(known())
    return of_status(e.status_code, e.headers)


def problem_of(e: DBAPIError) -> Problem:
    """What a database error means to the person who asked."""
    if isinstance(e, IntegrityError):
        if isinstance(e.orig, pg.ExclusionViolation):
            return Conflict("与已有记录的期间重叠", reason="OVERLAP", extra={"constraint": _constraint(e)})
        if isinstance(e.orig, pg.UniqueViolation):
            return Conflict(
                "已有相同的记录，或他人刚刚完成了同一操作", reason="DUPLICATE", extra={"constraint": _constraint(e)}
            )
        return Invalid("内容违反数据约束", reason="CONSTRAINT", extra={"constraint": _constraint(e)})
    if isinstance(e.orig, pg.SerializationFailure | pg.DeadlockDetected | pg.LockNotAvailable):
        return Unavailable(retry_after=1)
    if isinstance(e, OperationalError | InterfaceError) or e.connection_invalidated:
        return Unavailable(retry_after=2)
    if isinstance(e.orig, pg.NumericValueOutOfRange | pg.DatetimeFieldOverflow):
        return Invalid("数值超出范围", reason="OUT_OF_RANGE")
    if isinstance(e, DataError):
        return Invalid("含有无法保存的字符或数值", reason="UNSTORABLE")
    return Problem()


def _constraint(e: IntegrityError) -> str:
    diag = getattr(e.orig, "diag", None)
    return str(getattr(diag, "constraint_name", None) or "")


async def _database(_: Request, e: Exception) -> JSONResponse:
    assert isinstance(e, DBAPIError)  # noqa: S101 - registered for this class alone
    problem = problem_of(e)
    if problem.status == Problem.status:
        raise e
    if problem.status == Unavailable.status:
        log.warning("database away", error=type(e.orig).__name__)
    return answer(problem)


async def _busy(_: Request, __: Exception) -> JSONResponse:
    return answer(Unavailable(retry_after=1))


def unforeseen(path: str, e: Exception) -> JSONResponse:
    """The answer to what nobody foresaw: it tells the request id and nothing else."""
    log.error("unforeseen", path=path, exc_info=e)
    return answer(Problem())


def install(app: FastAPI) -> None:
    """Registers the handlers."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, _database)
    app.add_exception_handler(PoolTimeout, _busy)
