"""Chinese names of clauses, plan items and reviewing authorities, for messages that say what is missing."""

from collections.abc import Iterable

_CLAUSES = {
    "parties": "当事人",
    "land_description": "土地名称、坐落、面积、质量等级",
    "term": "期限起止",
    "use": "土地用途",
    "rights_duties": "权利义务",
    "price_payment": "价款及支付方式",
    "expropriation_compensation": "征收补偿归属",
    "breach_liability": "违约责任",
    "contact_details": "联系方式",
    "boundaries": "四至",
    "parcel_code": "地块代码",
    "land_class": "土地类型",
    "transfer_method": "流转方式",
    "attachments_disposal": "到期后附着物处理",
    "payment_time": "支付时间",
    "delivery_date": "交地时间",
    "construction_dates": "开工竣工（动工）期限",
    "early_recovery": "提前收回条件与补偿",
    "renewal_attachments": "续期与附着物处理",
    "dispute_resolution": "争议解决",
}
_PLAN = {
    "boundary": "界址",
    "area": "面积",
    "use": "用途",
    "planning_conditions": "规划条件",
    "industry_access_eco": "产业准入和环保要求",
    "term": "使用期限",
    "trading_method": "交易方式",
    "entry_price": "入市价格",
    "income_distribution": "集体收益分配安排",
}
_NAMES = _CLAUSES | _PLAN

EIGHT = (
    "parties",
    "land_description",
    "term",
    "use",
    "rights_duties",
    "price_payment",
    "expropriation_compensation",
    "breach_liability",
)
"""农村土地承包法第四十条的八项。"""
SEVEN = (
    "contact_details",
    "boundaries",
    "parcel_code",
    "land_class",
    "transfer_method",
    "attachments_disposal",
    "payment_time",
)
CONSTRUCTION = (
    "term",
    "price_payment",
    "delivery_date",
    "construction_dates",
    "early_recovery",
    "renewal_attachments",
    "breach_liability",
    "dispute_resolution",
)
PLAN_ITEMS = tuple(_PLAN)
AUTHORITY = {"township": "乡镇人民政府", "county": "县级人民政府", "city": "市级人民政府"}


def named(missing: Iterable[str], *asked: str) -> str:
    """Of what was asked for, what is missing, by its Chinese name and in the order of the law."""
    lacking = frozenset(missing)
    return "、".join(_NAMES[each] for each in asked if each in lacking)
