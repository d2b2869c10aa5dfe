"""县级参数的事实。"""

from typing import Annotated

from app.rules.facts.section import Area, Number, Section, Yuan, section
from app.rules.facts.words import ContractingSwitch, LeaseSwitch


@section
class CountyParameters(Section):
    """县级参数：默认值、依据与是否经县确认，见 params/county.toml。"""

    notice_days: Annotated[int, "挂牌公告期（一般）"]
    notice_days_small_household: Annotated[int, "挂牌公告期（农户小额）"]
    notice_days_relist: Annotated[int, "挂牌公告期（流拍重挂）"]
    result_notice_days: Annotated[int, "成交公示期"]
    capital_review_min_mu: Annotated[Area, "社会资本审查起点面积"]
    capital_tier_county_mu: Annotated[Area, "社会资本分级：达到即须县级审查"]
    capital_tier_city_mu: Annotated[Area, "社会资本分级：达到即须市级审查"]
    capital_cross_boundary_upgrade: Annotated[bool, "跨乡镇升县级、跨县升市级"]
    capital_scope_natural_person: Annotated[bool, "本集体以外自然人视为社会资本"]
    capital_scope_cooperative: Annotated[bool, "合作社、家庭农场、个体户视为社会资本"]
    large_area_mu: Annotated[Area, "大面积流转监测起点"]
    lease_20y_switch: Annotated[LeaseSwitch, "A1/A4 出租超过 20 年的处理"]
    land_contracting_by_representatives: Annotated[ContractingSwitch, "土地发包事项由代表大会/村民代表决定"]
    appraisal_threshold_yuan: Annotated[Yuan, "集体资产须评估的底价起点"]
    base_price_min_percent: Annotated[int, "底价占评估价的最低百分比"]
    homestead_limit_suburban_m2: Annotated[Number, "宅基地面积上限：城郊及人均耕地≤667㎡平原"]
    homestead_limit_plain_m2: Annotated[Number, "宅基地面积上限：其他平原"]
    homestead_limit_hill_m2: Annotated[Number, "宅基地面积上限：山丘"]
    reserve_land_max_years: Annotated[int, "机动地发包/出租最长年限"]
    four_wastes_max_years: Annotated[int, "四荒首次发包最长年限"]
    trade_deposit_max_percent: Annotated[int, "交易保证金占底价的最高百分比"]
