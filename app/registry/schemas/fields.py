"""Fields that several shapes of the registry share."""

from typing import Annotated

from pydantic import Field

from app.base.wire import AreaMu, Id

Code = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z./_-]{0,39}$")]
Token = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
Prefix = Annotated[str, Field(pattern=r"^[0-9]{2,12}$", description="行政区划代码前缀")]
BankAccount = Annotated[str, Field(pattern=r"^[0-9]{8,30}$", description="银行账号")]
Int32 = Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]
Ids = Annotated[list[Id], Field(max_length=500)]
ParcelArea = Annotated[AreaMu, Field(decimal_places=4)]
