"""Requests and answers of erasure."""

from typing import Annotated

from pydantic import Field

from app.base.wire import In, Out, Text


class EraseIn(In):
    """删除的依据。"""

    basis: Annotated[Text, Field(description="依据：个人申请编号，或者保存期限届满的清册编号；不写姓名")]


class ErasedOut(Out):
    """删除结果。"""

    fields: Annotated[int, Field(description="审计日志中随之不可再打开的个人字段数")]
