"""What a listing says about bidding, on the wire: the mode of each lot and what only that mode may have."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from app.base.wire import Fen, In

Criterion = Annotated[str, Field(pattern=r"^[a-z_]{2,40}$")]
Mode = Annotated[str, Field(pattern=r"^(ascending|one_shot|reverse|hall|descending|tender|negotiation)$")]
Ground = Annotated[str, Field(pattern=r"^(only_one|renewal|among_members|small|homestead_inside|by_law)$")]


class BiddingIn(In):
    """Where the lot departs from its category's default rules of bidding; absent means the default."""

    mode: Mode | None = None
    free_seconds: Annotated[int, Field(ge=60, le=30 * 86400)] | None = None
    prep_seconds: Annotated[int, Field(ge=0, le=3600)] | None = None
    timed_seconds: Annotated[int, Field(ge=0, le=3600)] | None = None
    extension: Annotated[str, Field(pattern=r"^(RESET|ANTI_SNIPE|APPEND)$")] | None = None
    snipe_window_seconds: Annotated[int, Field(ge=30, le=3600)] | None = None
    snipe_delay_seconds: Annotated[int, Field(ge=30, le=3600)] | None = None
    step_rule: Annotated[str, Field(pattern=r"^(MULTIPLE|AT_LEAST)$")] | None = None
    step_max_fen: Fen | None = None
    timed_requires_free_bid: bool | None = None
    cap_window_seconds: Annotated[int, Field(ge=60, le=3600)] | None = None
    same_rank: Annotated[str, Field(pattern=r"^(FIRST|LOTTERY)$")] | None = None
    one_bidder: Annotated[str, Field(pattern=r"^(DIRECT|EXTEND_THEN_DIRECT|NEED_TWO)$")] | None = None
    priority: Annotated[str, Field(pattern=r"^(NONE|P_IN|P_ASK|P_IN_ASK)$")] | None = None
    pass_to_next: bool | None = None
    extension_cycles: Annotated[int, Field(ge=0, le=24)] | None = None
    requote_rounds: Annotated[int, Field(ge=0, le=2)] | None = None
    requote_seconds: Annotated[int, Field(ge=60, le=86400)] | None = None
    opening_seconds: Annotated[int, Field(ge=600, le=5 * 86400)] | None = None
    reveal_seconds: Annotated[int, Field(ge=3600, le=10 * 86400)] | None = None
    tick_seconds: Annotated[int, Field(ge=10, le=3600)] | None = None
    hold_seconds: Annotated[int, Field(ge=30, le=86400)] | None = None
    counter_seconds: Annotated[int, Field(ge=30, le=3600)] | None = None
    weights: dict[Criterion, Annotated[int, Field(ge=0, le=100)]] | None = None
    ground: Ground | None = None

    def _check_weights(self) -> None:
        if self.weights is None:
            return
        if self.mode != "tender":
            raise ValueError("只有招标有评分权重")
        if sum(self.weights.values()) != 100 or "price" not in self.weights or len(self.weights) > 20:
            raise ValueError("评分权重须含报价分（price），合计一百分")

    def _check_periods(self) -> None:
        """RESET is the timed period that starts anew; the two others lengthen a free period that is all there is."""
        if self.timed_seconds is not None and 0 < self.timed_seconds < 30:
            raise ValueError("限时周期不少于30秒；没有限时期的写0")
        snipes = self.extension in {"ANTI_SNIPE", "APPEND"}
        if snipes != (self.timed_seconds == 0) and (snipes or self.extension == "RESET"):
            raise ValueError(
                "延时规则须且仅须一种：RESET 用于有限时期的，ANTI_SNIPE、APPEND 用于没有限时期的（timed_seconds 为 0）"
            )
        if not snipes and (self.snipe_window_seconds or self.snipe_delay_seconds):
            raise ValueError("只有 ANTI_SNIPE、APPEND 有延时窗口和延时长度")

    def _check_ladder(self) -> None:
        if self.timed_requires_free_bid and self.timed_seconds == 0:
            raise ValueError("没有限时期的，不能要求先在自由期报价（timed_requires_free_bid）")
        ladder = (
            self.extension, self.step_rule, self.step_max_fen, self.prep_seconds, self.cap_window_seconds, self.same_rank,
            self.timed_requires_free_bid,
        )  # fmt: skip
        if self.mode not in {None, "ascending", "reverse"} and any(v is not None for v in ladder):
            raise ValueError("只有增价竞价和反向竞价有延时规则、幅度规则、准备期、同价窗口、同顺位规则和限时期条件")

    @model_validator(mode="after")
    def _of_its_mode(self) -> Self:
        if self.mode == "one_shot":
            if self.timed_seconds is not None:
                raise ValueError("一次性密封报价没有限时期")
            if self.free_seconds is not None and self.free_seconds < 600:
                raise ValueError("密封报价期不少于10分钟")
        elif any(
            v is not None
            for v in (self.requote_rounds, self.requote_seconds, self.opening_seconds, self.reveal_seconds)
        ):
            raise ValueError("只有一次性密封报价有再报价、开封和出示回执的期限")
        if self.mode != "descending" and any(
            v is not None for v in (self.tick_seconds, self.hold_seconds, self.counter_seconds)
        ):
            raise ValueError("只有降价竞价有降价间隔、停留和加价窗口")
        if self.mode == "descending" and self.free_seconds is not None:
            raise ValueError("降价竞价的时长由起始价、底价、幅度和间隔得出")
        if (self.ground is not None) != (self.mode == "negotiation"):
            raise ValueError("协商须且仅有协商须载明允许协商的情形")
        self._check_weights()
        self._check_periods()
        self._check_ladder()
        return self
