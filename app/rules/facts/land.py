"""期限、地块与各类标的的事实。"""

from typing import Annotated

from app.rules.facts.section import Area, Day, Number, Section, Text, Yuan, section
from app.rules.facts.words import (
    ConstructionAcquiredBy,
    ConstructionMarketStage,
    HomesteadClass,
    HousePlannedConstruction,
    LandType,
    PlannedUse,
    PlanningUse,
    SoilClass,
)


@section
class Term(Section):
    """期限"""

    start: Annotated[Day, "期限起始日"]
    end: Annotated[Day, "期限终止日"]
    open_ended: Annotated[bool, "未约定或不定期限"]
    auto_renewal: Annotated[bool, "到期自动续期条款"]
    renewal_years: Annotated[int, "自动续期年数"]
    presigned_extension: Annotated[bool, "延包签订前预签延包期内（如30年）期限"]


@section
class Period(Section):
    """起止日均在内的一段期间"""

    start: Annotated[Day, "起"]
    end: Annotated[Day, "止"]


@section
class Parcel(Section):
    """地块（空间单元）"""

    parcel_code: Annotated[Text, "地块代码"]
    area_mu: Annotated[Area, "面积"]
    land_type: Annotated[LandType, "地类 耕地/园地/林地/草地/四荒/养殖水面/设施农用地/建设用地/宅基地/其他"]
    township_code: Annotated[Text, "所在乡镇代码"]
    county_code: Annotated[Text, "所在县代码"]
    contract_signed: Annotated[bool, "有生效的承包合同"]
    contract_start: Annotated[Day, "承包期起"]
    contract_end: Annotated[Day, "承包期止"]
    extension_signed: Annotated[bool, "延包合同已签"]
    extension_start: Annotated[Day, "延包期起"]
    extension_end: Annotated[Day, "延包期止"]
    household_contract_in_force: Annotated[bool, "地块处于农户承包期内"]
    registered: Annotated[bool, "已登记取得权属证书（不动产权证）"]
    existing_contracts: Annotated[tuple[Period, ...], "该地块现有有效流转/承包合同区间"]
    permanent_basic_farmland: Annotated[bool, "永久基本农田"]
    slope_degrees: Annotated[Number, "坡度（度）"]
    soil_class: Annotated[SoilClass, "农用地土壤环境类别 优先保护/安全利用/严格管控"]
    soil_pollution_list: Annotated[bool, "列入建设用地土壤污染风险管控和修复名录"]
    soil_survey_done: Annotated[bool, "已做土壤污染状况调查"]
    public_welfare_forest: Annotated[bool, "公益林"]


@section
class LandUse(Section):
    """用途"""

    planned: Annotated[PlannedUse, "拟用途"]
    conversion_required: Annotated[bool, "涉及农用地转用"]
    conversion_approved: Annotated[bool, "已办农用地转用审批"]
    facility_filed: Annotated[bool, "设施农业用地已备案"]
    forest_temporary_start: Annotated[Day, "临时使用林地起"]
    forest_temporary_end: Annotated[Day, "临时使用林地止"]
    forest_permanent_building: Annotated[bool, "林地上建永久建筑"]
    aquaculture_state_water: Annotated[bool, "国有水域养殖"]
    aquaculture_permit: Annotated[bool, "有养殖证"] = False


@section
class Unallocated(Section):
    """机动地/集体未发包地"""

    is_reserve_land: Annotated[bool, "属机动地"]
    priority_use_declared: Annotated[bool, "已声明先满足调整承包地/新增人口"]
    reserve_area_mu: Annotated[Area, "机动地面积"]
    cultivated_total_mu: Annotated[Area, "集体耕地总面积"]
    reserved_after_20030301: Annotated[bool, "2003-03-01 后新留"]
    reclaimed_for_tender: Annotated[bool, "以口粮田/责任田等名义收回后招标承包"]


@section
class Homestead(Section):
    """宅基地"""

    with_house: Annotated[bool, "随房屋一并转让"]
    collective_consent: Annotated[bool, "集体同意"]
    area_m2: Annotated[Number, "受让后宅基地面积（㎡）"]
    area_class: Annotated[HomesteadClass, "面积标准类别 城郊及人均耕地≤667㎡平原/其他平原/山丘"]
    no_reapply_acknowledged: Annotated[bool, "已签“转出后不得再申请宅基地”告知书"]
    reapplication_after_disposal: Annotated[bool, "出卖、出租、赠与住宅后再申请宅基地"]
    forced: Annotated[bool, "强制流转、强迫搬迁退出"]
    settlement_condition: Annotated[bool, "以退出宅基地为落户条件"]


@section
class House(Section):
    """房屋"""

    planned_construction: Annotated[HousePlannedConstruction, "拟建设 无/翻建扩建/合作建房/别墅大院、私人会馆"]
    legal_proof: Annotated[bool, "有合法建造凭证（规划/建房许可或产权证）"]
    habitation_right: Annotated[bool, "已设居住权"]
    habitation_lease_agreed: Annotated[bool, "居住权人另行约定可出租"] = False


@section
class Construction(Section):
    """集体经营性建设用地"""

    market_stage: Annotated[ConstructionMarketStage, "入市阶段 首次入市/再转让"] = "primary"
    planning_use: Annotated[
        PlanningUse,
        "国土空间规划用途 工业/商业旅游娱乐/教科文卫体/综合其他/商品住房/公共管理与公共服务/农业/宅基地/其他非经营性",
    ]
    ownership_registered: Annotated[bool, "已办集体土地所有权登记"]
    interested_parties: Annotated[int, "意向用地者数"]
    acquired_by: Annotated[ConstructionAcquiredBy, "转让方取得方式 出让/租赁/其他"]
    contract_forbids_transfer: Annotated[bool, "出让合同约定禁止/限制本次处分"]
    right_end: Annotated[Day, "原出让使用权终止日"]
    owner_notified: Annotated[bool, "已书面通知土地所有权人"]
    price_fully_paid: Annotated[bool, "出让价款付清"]
    certificate_held: Annotated[bool, "持有不动产权证"]
    invested_yuan: Annotated[Yuan, "已完成投资（不含出让金）"]
    investment_total_yuan: Annotated[Yuan, "开发投资总额"]
    co_owners_consent: Annotated[bool, "其他共有人书面同意"]
    lal60_approved: Annotated[bool, "入股、联营用地已经批准（土地法60）"]
    recovery_has_basis: Annotated[bool, "收回有合同依据或原批准机关批准"]
    agreed_start_date: Annotated[Day, "约定动工日"]
    started: Annotated[bool, "已动工"]
    use_changed_to_sensitive: Annotated[bool, "变更为居住或公共管理与公共服务用地"]


@section
class Water(Section):
    """水利设施"""

    owner_confirmed: Annotated[bool, "产权与管护主体明确"]
    occupies_facility: Annotated[bool, "占用灌溉水源或设施"]
    occupation_approved: Annotated[bool, "水行政部门同意并补偿"] = False
    abstracts_water: Annotated[bool, "从江河、湖泊、地下取水"]
    abstraction_permit: Annotated[bool, "有取水许可"] = False
