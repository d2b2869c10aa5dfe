"""The life of a programme of extension, of its contracts, and why a household is left out of it."""

from collections.abc import Mapping
from enum import StrEnum

from app.base.lifecycle import Lifecycle, Move


class ProgrammeState(StrEnum):
    """延包方案的状态。"""

    DRAFT = "draft"
    VOTED = "voted"
    PUBLICISED = "publicised"
    APPROVED = "approved"
    CONTRACTING = "contracting"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class ContractState(StrEnum):
    """延包合同的状态。"""

    DRAFTED = "drafted"
    SIGNED = "signed"
    EFFECTIVE = "effective"
    VOIDED = "voided"


class Ground(StrEnum):
    """暂不延包的缘由。"""

    DISPUTE = "dispute"
    DECLINED = "declined"
    EXTINCT = "extinct"
    REQUISITIONED = "requisitioned"
    OTHER = "other"


_S = ProgrammeState

PROGRAMME: Lifecycle[ProgrammeState] = Lifecycle(
    "extension_programme",
    Move("vote", (_S.DRAFT,), _S.VOTED, who="村集体", documents=("成员大会决议",)),
    Move("publicise", (_S.VOTED,), _S.PUBLICISED, who="村集体"),
    Move("return", (_S.PUBLICISED,), _S.DRAFT, who="乡镇服务站", documents=("退回理由",)),
    Move("approve", (_S.PUBLICISED,), _S.APPROVED, who="乡镇服务站", documents=("批准文号",)),
    Move("file", (_S.APPROVED,), _S.CONTRACTING, who="监管部门", documents=("备案号",)),
    Move("close", (_S.CONTRACTING,), _S.CLOSED, who="乡镇服务站"),
    Move("withdraw", (_S.DRAFT, _S.VOTED, _S.PUBLICISED, _S.APPROVED), _S.WITHDRAWN, who="村集体"),
)

CONTRACT: Lifecycle[ContractState] = Lifecycle(
    "extension_contract",
    Move("sign", (ContractState.DRAFTED,), ContractState.SIGNED, who="承包农户", documents=("延包合同",)),
    Move("effect", (ContractState.SIGNED,), ContractState.EFFECTIVE, who="乡镇服务站"),
    Move("void", (ContractState.DRAFTED, ContractState.SIGNED), ContractState.VOIDED, who="村集体"),
)

PROGRAMME_STATE_ZH: Mapping[ProgrammeState, str] = {
    _S.DRAFT: "拟订中",
    _S.VOTED: "已表决",
    _S.PUBLICISED: "公示中",
    _S.APPROVED: "乡镇已批准",
    _S.CONTRACTING: "签订合同",
    _S.CLOSED: "已完成",
    _S.WITHDRAWN: "已撤回",
}
CONTRACT_STATE_ZH: Mapping[ContractState, str] = {
    ContractState.DRAFTED: "待签订",
    ContractState.SIGNED: "已签订",
    ContractState.EFFECTIVE: "已生效",
    ContractState.VOIDED: "已作废",
}
GROUND_ZH: Mapping[Ground, str] = {
    Ground.DISPUTE: "有争议",
    Ground.DECLINED: "农户自愿放弃",
    Ground.EXTINCT: "整户消亡",
    Ground.REQUISITIONED: "承包地已全部征收",
    Ground.OTHER: "其他",
}
