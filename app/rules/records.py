"""归档、安全、个人信息、争议（目录 3.13）。"""

from app.rules.book import BLOCK, S0, S4, S11, Answer, Case, Cite, D, Norm, Rule, S, V, rule


@rule(
    "DSL-40",
    S0,
    BLOCK,
    message="未经批准不得导出政务数据",
    cite=Cite("数据安全法", "第四十条", "不得擅自留存、使用、泄露或者向他人提供政务数据"),
)
def no_export_of_government_data(c: Case) -> Answer:
    """受托建设运维政务系统者不得擅自留存、使用、泄露、提供政务数据；须严格批准。"""
    return not c.personal_data.government_data_export or c.personal_data.export_approved


@rule(
    "PIPL-13",
    S0,
    BLOCK,
    message="请阅读并确认个人信息处理告知",
    cite=Cite("个人信息保护法", "第十三条、第十七条", "为订立、履行个人作为一方当事人的合同所必需"),
)
def told_how_data_are_used(c: Case) -> Answer:
    """处理依据：订立履行本人合同所必需 / 法定职责；其余须同意；告知 17 条事项。"""
    return c.personal_data.notice_given


@rule(
    "PIPL-25",
    S4,
    BLOCK,
    message="公示内容含未脱敏个人信息",
    cite=Cite("个人信息保护法", "第二十五条", "个人信息处理者不得公开其处理的个人信息，取得个人单独同意的除外"),
)
def published_masked(c: Case) -> Answer:
    """公告/公示不得公开个人信息，除非单独同意（或法定公开义务）：身份证号、电话、银行账号、签名页、户口页一律脱敏。"""
    return not c.publication.unmasked_fields or c.publication.separate_consent


@rule(
    "PIPL-28-29",
    S0,
    BLOCK,
    message="处理敏感个人信息须单独同意",
    cite=Cite("个人信息保护法", "第二十八条至第三十一条", "处理敏感个人信息应当取得个人的单独同意"),
)
def sensitive_data_with_separate_consent(c: Case) -> Answer:
    """金融账户、生物识别（人脸）、不满 14 周岁信息为敏感信息：单独同意 + 必要性告知。"""
    return not c.personal_data.sensitive or c.personal_data.sensitive_consent


@rule(
    "PIPL-23",
    S11,
    BLOCK,
    message="向第三方提供个人信息须单独同意",
    cite=Cite("个人信息保护法", "第二十三条", "并取得个人的单独同意"),
)
def sharing_with_separate_consent(c: Case) -> Answer:
    """向银行、担保、保险等另一处理者提供：告知接收方 + 单独同意。"""
    return not c.personal_data.shared_with_third_party or c.personal_data.sharing_consent


RULES: tuple[Rule, ...] = (
    no_export_of_government_data,
    told_how_data_are_used,
    published_masked,
    sensitive_data_with_separate_consent,
    sharing_with_separate_consent,
)

NORMS: tuple[Norm, ...] = (
    Norm(
        "AUC-54",
        "拍卖账簿、笔录等 ≥5 年（自委托合同终止）",
        "归档环节的最短保存期限。",
        Cite("拍卖法", "第五十四条", "不得少于五年"),
        V,
    ),
    Norm(
        "ECL-31",
        "平台交易信息自交易完成 ≥3 年",
        "归档环节的最短保存期限。",
        Cite("电子商务法", "第三十一条", "自交易完成之日起不少于三年"),
        V,
    ),
    Norm(
        "GPL-42",
        "政府采购文件 ≥15 年",
        "归档环节的最短保存期限。",
        Cite("政府采购法", "第四十二条", "从采购结束之日起至少保存十五年"),
        V,
    ),
    Norm(
        "AAL-29",
        "评估档案 ≥15 年，法定评估 ≥30 年（评估机构义务）",
        "归档环节的最短保存期限（评估机构义务）。",
        Cite("资产评估法", "第二十九条", "评估档案的保存期限不少于十五年"),
        V,
    ),
    Norm(
        "LTM-23-24",
        "流转台账；文件、资料、合同归档妥善保管（年限未定）",
        "流转台账与合同归档。",
        Cite("农村土地经营权流转管理办法", "第二十三条、第二十四条"),
        S,
    ),
    Norm(
        "X-RETAIN",
        "默认：土地类永久或 ≥30 年；其他 = 合同期满 + 20 年（诉讼时效 3 年/最长 20 年，CC-188；撤销权 5 年，RCEO-57）",
        "归档环节的默认保存期限。",
        Cite("民法典", "第一百八十八条"),
        D,
    ),
    Norm(
        "CSL-23",
        "网络日志 ≥6 个月；等级保护",
        "日志留存与审计日志。",
        Cite("网络安全法", "第二十三条", "按照规定留存相关的网络日志不少于六个月"),
        V,
    ),
    Norm(
        "PIPL-24",
        "自动拒绝等重大影响决定：须可说明理由，个人可拒绝仅自动化决策 → 每个 BLOCK 提供人工复核入口",
        "每个硬拒绝写明人工复核的途径。",
        Cite("个人信息保护法", "第二十四条", "并有权拒绝个人信息处理者仅通过自动化决策的方式作出决定"),
        V,
    ),
    Norm(
        "PIPL-55-56",
        "敏感/自动化/对外提供/公开须事前影响评估，报告与记录 ≥3 年；提供、委托处理记录 ≥3 年（NDR-12）",
        "个人信息保护影响评估与处理记录的保存期限。",
        Cite("个人信息保护法", "第五十六条", "个人信息保护影响评估报告和处理情况记录应当至少保存三年"),
        V,
    ),
    Norm(
        "PIPL-47",
        "目的实现/撤回同意应删除；法定保存期未满则只存储不处理",
        "保存期未满的，只存储不处理。",
        Cite("个人信息保护法", "第四十七条", "应当停止除存储和采取必要的安全保护措施之外的处理"),
        V,
    ),
    Norm(
        "MAL-18",
        "承包经营纠纷仲裁时效 2 年；裁决 60 日（可延 30）；不服 30 日起诉；征收补偿纠纷不受理",
        "争议环节提示仲裁时效与起诉期限。",
        Cite("农村土地承包经营纠纷调解仲裁法", "第二条、第十八条、第四十七条、第四十八条", "申请仲裁的时效期间为二年"),
        V,
    ),
)
