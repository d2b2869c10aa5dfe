"""当事人、代理、共有、租赁与个人信息的事实。"""

from typing import Annotated

from app.rules.facts.section import Day, Positive, Section, section
from app.rules.facts.words import (
    Capacity,
    CollectiveLevel,
    CoOwnershipKind,
    MandateMissingElements,
    PartyType,
    PublicationUnmaskedFields,
    TenancyResponse,
    TransfereeAuctionConflict,
)


@section
class Transferor(Section):
    """转出方"""

    party_type: Annotated[PartyType, "主体类型"]
    birth_date: Annotated[Day, "出生日期（自然人）"]
    legal_capacity: Annotated[Capacity, "行为能力 完全/限制/无"] = "full"
    own_labour_income: Annotated[bool, "以自己的劳动收入为主要生活来源"] = False
    guardian_consent: Annotated[bool, "法定代理人代理/同意/追认"] = False
    is_right_holder: Annotated[bool, "挂牌人即承包方（权利人）本人"]
    level: Annotated[CollectiveLevel, "挂牌的集体层级 乡镇/村/组"]
    owner_level: Annotated[CollectiveLevel, "所有权证所载集体层级"]
    registration_valid: Annotated[bool, "集体经济组织登记证书有效"]
    collective_org_exists: Annotated[bool, "已设立农村集体经济组织"]
    signatory_is_representative: Annotated[bool, "签字人为农户代表（权证记载人→合同签名人→推选人）"]
    all_adult_members_consent: Annotated[bool, "户内全体成年成员书面同意"]
    members_informed: Annotated[bool, "户内成员知情"]
    voluntary_declaration: Annotated[bool, "有自愿声明"]
    coercion_complaint: Annotated[bool, "存在非自愿投诉"]


@section
class Mandate(Section):
    """委托代理"""

    written: Annotated[bool, "有承包方/委托人书面委托书"]
    missing_elements: Annotated[tuple[MandateMissingElements, ...], "委托书缺少的要素 代理人/事项/权限/期限/签章"]
    valid_from: Annotated[Day, "委托期起"]
    valid_to: Annotated[Day, "委托期止"]
    agent_is_transferee: Annotated[bool, "受托人自己受让"]
    agent_acts_for_both: Annotated[bool, "受托人双方代理"]
    principal_consents: Annotated[bool, "被代理人同意/追认上述行为"] = False


@section
class Transferee(Section):
    """受让方"""

    party_type: Annotated[PartyType, "主体类型"]
    birth_date: Annotated[Day, "出生日期（自然人）"]
    legal_capacity: Annotated[Capacity, "行为能力 完全/限制/无"] = "full"
    own_labour_income: Annotated[bool, "以自己的劳动收入为主要生活来源"] = False
    guardian_consent: Annotated[bool, "法定代理人代理/同意/追认"] = False
    is_collective_member: Annotated[bool, "本集体经济组织成员（户）"]
    is_urban_resident: Annotated[bool, "城镇居民"] = False
    has_agricultural_capacity: Annotated[bool, "有农业经营能力或资质"]
    credit_reviewed: Annotated[bool, "资信和经营能力已审查"]
    manager_related: Annotated[bool, "与集体理事、监事、主要经营管理人员有关联"]
    auction_conflict: Annotated[TransfereeAuctionConflict, "竞买回避情形 无/拍卖人及工作人员/委托人/受委托人指使"]
    cooperative_members_total: Annotated[int, "合作社成员总数"]
    cooperative_members_farmers: Annotated[int, "其中农民成员数"]
    cooperative_has_public_body: Annotated[bool, "有管理公共事务职能的单位入社"]
    existing_homesteads: Annotated[int, "受让户现有宅基地处数"]


@section
class Owner(Section):
    """共有人"""

    name: Annotated[str, "姓名或名称"]
    consents: Annotated[bool, "同意"]
    share_num: Annotated[Positive, "份额分子"]
    share_den: Annotated[Positive, "份额分母"]


@section
class CoOwnership(Section):
    """共有"""

    kind: Annotated[CoOwnershipKind, "共有方式 共同共有/按份共有"]
    owners: Annotated[tuple[Owner, ...], "共有人"]
    all_listed_consent: Annotated[bool, "权证载明的全部共有人同意（林权）"]


@section
class Succession(Section):
    """死亡与继承"""

    no_household_member_left: Annotated[bool, "承包户已无成员（绝户）"]
    applicant_is_household_member: Annotated[bool, "申请人为户内成员"]
    applicant_is_heir: Annotated[bool, "申请人为继承人"]
    heir_is_member: Annotated[bool, "继承人为本集体成员"]


@section
class Tenancy(Section):
    """既有租赁"""

    exists: Annotated[bool, "标的上有租赁（用房屋时为承租人）"]
    notified: Annotated[bool, "已通知承租人出售"]
    notice_served_date: Annotated[Day, "通知送达承租人日"]
    response: Annotated[TenancyResponse, "承租人答复 未答复/购买/放弃"] = "none"
    buyer_is_co_owner: Annotated[bool, "由按份共有人行使优先购买权买受"] = False
    buyer_is_close_relative: Annotated[bool, "买受人为出租人近亲属"] = False
    holding_over: Annotated[bool, "期满后继续使用、出租人无异议"]


@section
class PersonalData(Section):
    """个人信息处理"""

    notice_given: Annotated[bool, "已告知（17条事项）"]
    sensitive: Annotated[bool, "处理敏感个人信息（金融账户、人脸、未满14周岁）"]
    sensitive_consent: Annotated[bool, "取得敏感信息单独同意"] = False
    shared_with_third_party: Annotated[bool, "向银行、担保、保险等提供"]
    sharing_consent: Annotated[bool, "取得提供的单独同意"] = False
    government_data_export: Annotated[bool, "导出政务数据"]
    export_approved: Annotated[bool, "经严格批准"] = False


@section
class Publication(Section):
    """对外公示内容"""

    unmasked_fields: Annotated[
        tuple[PublicationUnmaskedFields, ...], "未脱敏的个人信息 身份证号/电话/银行账号/签名页/户口页;"
    ]
    separate_consent: Annotated[bool, "取得个人单独同意"] = False
    village_affairs_days: Annotated[int, "村务公开公布天数"]
