"""案件：一宗拟办或正在办理的交易的全部已知事实。读取未提供的事实即告 `Missing`，从不猜测。"""

from typing import Annotated

from app.base.days import Calendar
from app.rules.facts.dealing import (
    Asset,
    Contract,
    Deposit,
    Equipment,
    Filing,
    IntellectualProperty,
    Mortgage,
    Performance,
    Price,
    Restrictions,
    Retransfer,
    Settlement,
    Share,
    Surrender,
    Termination,
)
from app.rules.facts.decision import (
    Announcement,
    Auction,
    Award,
    CapitalReview,
    PlanReport,
    PriorityClaim,
    Procurement,
    Resolution,
    ResultNotice,
    TownshipApproval,
)
from app.rules.facts.land import Construction, Homestead, House, LandUse, Parcel, Term, Unallocated, Water
from app.rules.facts.parameters import CountyParameters
from app.rules.facts.parties import (
    CoOwnership,
    Mandate,
    PersonalData,
    Publication,
    Succession,
    Tenancy,
    Transferee,
    Transferor,
)
from app.rules.facts.section import Day, Missing, Section, section
from app.rules.facts.words import AwardMode, Category, County, Method, Right, StepCode

__all__ = ("Case", "Missing", "Parcel")


@section
class Case(Section):
    """一宗交易。前七项为顶层事实，其后各节与案件格式同名；`param` 为适用的县级参数。"""

    as_of: Annotated[Day, "行为日（判断基准日）"]
    step: Annotated[StepCode, "当前步骤"]
    county: Annotated[County, "县（市、区）代码"]
    category: Annotated[Category, "交易品种"]
    right: Annotated[Right, "标的权利"]
    method: Annotated[Method, "流转方式"]
    award_mode: Annotated[AwardMode, "成交方式"]
    term: Annotated[Term, "期限"]
    parcels: Annotated[tuple[Parcel, ...], "地块（空间单元）"]
    transferor: Annotated[Transferor, "转出方"]
    mandate: Annotated[Mandate, "委托代理"]
    transferee: Annotated[Transferee, "受让方"]
    resolution: Annotated[Resolution, "民主决策"]
    township_approval: Annotated[TownshipApproval, "乡镇批准"]
    capital_review: Annotated[CapitalReview, "社会资本审查"]
    plan_report: Annotated[PlanReport, "入市方案报送"]
    announcement: Annotated[Announcement, "公告"]
    auction: Annotated[Auction, "拍卖/招拍挂/竞价"]
    award: Annotated[Award, "成交"]
    result_notice: Annotated[ResultNotice, "成交公示"]
    priority_claim: Annotated[PriorityClaim, "优先权主张"]
    tenancy: Annotated[Tenancy, "既有租赁"]
    co_ownership: Annotated[CoOwnership, "共有"]
    retransfer: Annotated[Retransfer, "再流转/转租"]
    surrender: Annotated[Surrender, "自愿交回承包地"]
    succession: Annotated[Succession, "死亡与继承"]
    mortgage: Annotated[Mortgage, "抵押/质押/担保"]
    restrictions: Annotated[Restrictions, "权利限制"]
    price: Annotated[Price, "价格"]
    deposit: Annotated[Deposit, "保证金与定金"]
    settlement: Annotated[Settlement, "结算与分配"]
    procurement: Annotated[Procurement, "采购/建设项目"]
    contract: Annotated[Contract, "合同"]
    filing: Annotated[Filing, "备案与登记"]
    construction: Annotated[Construction, "集体经营性建设用地"]
    unallocated: Annotated[Unallocated, "机动地/集体未发包地"]
    homestead: Annotated[Homestead, "宅基地"]
    house: Annotated[House, "房屋"]
    asset: Annotated[Asset, "集体资产"]
    share: Annotated[Share, "集体股权"]
    water: Annotated[Water, "水利设施"]
    equipment: Annotated[Equipment, "设施设备"]
    intellectual_property: Annotated[IntellectualProperty, "知识产权"]
    land_use: Annotated[LandUse, "用途"]
    termination: Annotated[Termination, "解除"]
    performance: Annotated[Performance, "履约"]
    publication: Annotated[Publication, "对外公示内容"]
    personal_data: Annotated[PersonalData, "个人信息处理"]
    county_parameters: Annotated[CountyParameters, "本案覆盖的县级参数"]
    param: CountyParameters
    calendar: Calendar
