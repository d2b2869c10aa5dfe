"""合同、登记、担保、结算与履约的事实。"""

from typing import Annotated

from app.rules.facts.section import Day, Section, Yuan, section
from app.rules.facts.words import (
    AssetKind,
    Collateral,
    ContractItem,
    Ground,
    MortgageCreditorType,
    MortgageDebtorIs,
    MortgageGuarantor,
    RetransferConsentForm,
    RetransferLessorResponse,
    SettlementCollectiveFundsAccount,
    SettlementPayee,
    ShareMemberStatusEvent,
    TerminationBy,
)


@section
class Retransfer(Section):
    """再流转/转租"""

    prior_end: Annotated[Day, "上一手合同终止日"]
    parcels_total: Annotated[int, "涉及的户×地块数"]
    parcels_consented: Annotated[int, "取得原承包方书面同意的户×地块数"]
    consent_form: Annotated[
        RetransferConsentForm, "同意形式 纸质/经实名与验签的数据电文/未验签截图/口头/默示（逾期不异议）"
    ]
    collective_filed: Annotated[bool, "已向本集体经济组织备案"]
    prior_transferee_consent: Annotated[bool, "上一手受让方同意"]
    lessor_response: Annotated[RetransferLessorResponse, "出租人对转租的态度（房屋、设备）"]
    lessor_known_date: Annotated[Day, "出租人知道转租日"]


@section
class Surrender(Section):
    """自愿交回承包地"""

    written: Annotated[bool, "书面通知"]
    notice_date: Annotated[Day, "通知发包方日"]
    return_date: Annotated[Day, "交回日"]


@section
class Mortgage(Section):
    """抵押/质押/担保"""

    collateral: Annotated[
        Collateral,
        "担保财产 土地经营权/建设用地使用权/宅基地使用权/自留地/自留山/乡镇村企业建设用地使用权/建筑物/公益设施/动产/收益权份额/知识产权/土地所有权/无（保证）",
    ]
    guarantor: Annotated[MortgageGuarantor, "担保人"]
    creditor_type: Annotated[MortgageCreditorType, "债权人类型"]
    contractor_consent_written: Annotated[bool, "承包方书面同意"]
    issuer_filed: Annotated[bool, "已向发包方备案"]
    registered: Annotated[bool, "已登记"]
    with_building: Annotated[bool, "与地上建筑物一并抵押"]
    debtor_is: Annotated[MortgageDebtorIs, "被担保债务人 自己/他人/管理人员"]
    illegal_building: Annotated[bool, "违法建筑"]
    realisation_changes_use: Annotated[bool, "实现抵押权将改变所有权性质或用途且未经法定程序"]


@section
class Restrictions(Section):
    """权利限制（LADM"""

    disputed: Annotated[bool, "权属有争议"]
    seized: Annotated[bool, "被查封、扣押、监管"]
    title_proved: Annotated[bool, "有权属证明"]
    mortgaged: Annotated[bool, "已抵押"]
    mortgagee_notified: Annotated[bool, "已通知抵押权人并披露"]


@section
class Price(Section):
    """价格"""

    base_yuan: Annotated[Yuan, "挂牌底价（与评估同口径）"]
    appraised_yuan: Annotated[Yuan, "评估价/同类价"]
    appraisal_done: Annotated[bool, "已评估"]
    appraisal_required: Annotated[bool, "章程/地方规定要求评估"]


@section
class Deposit(Section):
    """保证金与定金"""

    trade_deposit_yuan: Annotated[Yuan, "交易（竞买）保证金"]
    bid_bond_yuan: Annotated[Yuan, "投标保证金"]
    performance_bond_yuan: Annotated[Yuan, "履约保证金"]
    earnest_yuan: Annotated[Yuan, "定金"]


@section
class Settlement(Section):
    """结算与分配"""

    payee: Annotated[SettlementPayee, "A1 收益收款人 承包方/集体/其他"]
    deducted_yuan: Annotated[Yuan, "从流转收益中扣缴/抵销的金额"]
    management_fee_charged: Annotated[bool, "集体收取管理费"]
    three_party_agreement: Annotated[bool, "管理费有集体、承包方、企业三方书面协议"]
    collective_funds_account: Annotated[SettlementCollectiveFundsAccount, "集体资金收款户名 集体/个人"]
    distribution_resolution: Annotated[bool, "有集体收益分配决议"]
    divides_property: Annotated[bool, "把集体财产分割到成员个人"]
    commission_agreed: Annotated[bool, "拍卖佣金有约定"]
    commission_yuan: Annotated[Yuan, "向一方收取的拍卖佣金"]


@section
class Contract(Section):
    """合同"""

    written: Annotated[bool, "书面形式（含合格数据电文）"]
    missing_items: Annotated[tuple[ContractItem, ...], "合同缺少的条款"]
    signed_date: Annotated[Day, "末签日（成立日）"]
    signatory_authorised: Annotated[bool, "签约人为法定代表人或有授权"]
    matches_award: Annotated[bool, "合同与成交结果一致"]
    e_signed: Annotated[bool, "采用电子签名"]
    e_signature_agreed: Annotated[bool, "当事人约定使用电子签名"]
    e_signature_verified: Annotated[bool, "电子签名验签通过"]
    online_signed: Annotated[bool, "使用统一网签文本"]
    risk_deposit_agreed: Annotated[bool, "约定风险保障金或履约保险"]
    collective_general_partner: Annotated[bool, "集体成为普通合伙人"]


@section
class Filing(Section):
    """备案与登记"""

    issuer_filed: Annotated[bool, "已向发包方备案"]
    issuer_consent: Annotated[bool, "发包方同意（承包经营权转让）"]
    township_reported: Annotated[bool, "发包方已备案并报乡镇"]
    natural_resources_filed: Annotated[bool, "已报自然资源部门备案"]
    real_estate_registered: Annotated[bool, "已办不动产登记（含变更、注销）"]
    building_land_together: Annotated[bool, "房地一并处分"]
    registration_requested: Annotated[bool, "申请再流转的土地经营权转移登记"]
    contractor_consent_attached: Annotated[bool, "登记材料附承包方书面同意"]
    collective_filing_attached: Annotated[bool, "登记材料附集体备案材料"]
    machinery_registration_changed: Annotated[bool, "农机变更登记已办"]


@section
class Asset(Section):
    """集体资产"""

    kind: Annotated[AssetKind, "资产形态 房屋/土地/设备/企业股权/其他"]
    public_welfare: Annotated[bool, "公益性设施"]
    in_ledger: Annotated[bool, "已纳入集体资产台账"]
    ownership_change: Annotated[bool, "集体出资企业所有权变动"]
    decided_by_members: Annotated[bool, "已由本集体成员（代表）大会决定"]
    fiscal_funded: Annotated[bool, "财政项目形成资产"]
    authority_opinion: Annotated[bool, "原主管部门意见已取得"]


@section
class Share(Section):
    """集体股权"""

    written_application: Annotated[bool, "成员书面申请退出"]
    collective_consent: Annotated[bool, "集体经济组织同意"]
    member_status_event: Annotated[
        ShareMemberStatusEvent,
        "成员身份事件 无/死亡/失国籍/取得他集体成员身份/成为公务员（非聘任制）/就学/服役/务工/经商/离婚/丧偶/服刑",
    ]


@section
class Equipment(Section):
    """设施设备"""

    registrable_machinery: Annotated[bool, "拖拉机、联合收割机"]
    subsidised_under_supervision: Annotated[bool, "补贴农机在监管期内"]
    attached_to_land: Annotated[bool, "附着于土地（大棚等）"]
    land_holder_consent: Annotated[bool, "土地权利人同意"] = False


@section
class IntellectualProperty(Section):
    """知识产权"""

    registered: Annotated[bool, "转让已登记/核准（专利、品种权）"]
    announced: Annotated[bool, "已核准公告（商标）"]
    similar_marks_included: Annotated[bool, "近似商标一并转让"]
    transferee_qualified: Annotated[bool, "受让方具备集体/证明商标资格"]


@section
class Termination(Section):
    """解除"""

    by: Annotated[TerminationBy, "解除方 承包方/受让方/发包方/出租人/承租人"]
    ground: Annotated[Ground, "事由 擅改用途/弃耕抛荒/损害土地生态/其他严重违约/欠租/涨价/其他"]
    abandonment_start: Annotated[Day, "弃耕起始日"]
    known_date: Annotated[Day, "知道解除事由日"]
    notice_delivered: Annotated[bool, "解除通知已到达对方"]
    demand_made: Annotated[bool, "已催告"]
    grace_end: Annotated[Day, "催告给予的期限届满日"]


@section
class Performance(Section):
    """履约"""

    idle_cultivated: Annotated[bool, "耕地闲置、荒芜"]
    builds_facility: Annotated[bool, "受让方拟建附属、配套设施"]
    contractor_consents_facility: Annotated[bool, "承包方同意建设"] = False
