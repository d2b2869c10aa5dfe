"""案件各字段可取的值，与案件格式逐字相同；含义见术语表。"""

from typing import Literal

LandType = Literal[
    "cultivated",
    "garden",
    "forest_land",
    "grassland",
    "waste_land",
    "aquaculture_water",
    "facility_agricultural",
    "construction",
    "homestead",
    "other",
]
SoilClass = Literal["priority_protection", "safe_use", "strict_control"]
PlannedUse = Literal[
    "grain",
    "oil_cotton_sugar_vegetable",
    "forage",
    "orchard_forestry",
    "fish_pond",
    "livestock",
    "facility_agriculture",
    "agriculture_other",
    "forestry",
    "kiln",
    "grave",
    "house_building",
    "mining_soil",
    "industrial_building",
    "commercial_building",
    "other_non_agricultural",
]
HomesteadClass = Literal["suburban_or_scarce_plain", "plain", "hill"]
HousePlannedConstruction = Literal["none", "rebuild_extend", "joint_building", "villa_or_club"]
ConstructionMarketStage = Literal["primary", "secondary"]
PlanningUse = Literal[
    "industrial",
    "commercial_tourism_entertainment",
    "education_science_culture_health_sports",
    "mixed_other",
    "commodity_housing",
    "public_service",
    "agricultural",
    "homestead",
    "other_non_operational",
]
ConstructionAcquiredBy = Literal["grant", "lease", "other"]
PartyType = Literal[
    "individual",
    "household",
    "individual_business",
    "family_farm",
    "cooperative",
    "enterprise",
    "other_organisation",
    "collective_economic_organisation",
    "village_committee",
    "villager_group",
    "government",
]
Capacity = Literal["full", "limited", "none"]
CollectiveLevel = Literal["township", "village", "group"]
MandateMissingElements = Literal["agent_name", "matter", "authority", "term", "signature"]
TransfereeAuctionConflict = Literal["none", "auctioneer_or_staff", "consignor", "consignor_agent"]
CoOwnershipKind = Literal["joint", "by_share"]
TenancyResponse = Literal["none", "purchase", "waive"]
PublicationUnmaskedFields = Literal["id_number", "phone", "bank_account", "signature_page", "household_register"]
Body = Literal[
    "members_assembly",
    "members_representatives",
    "board",
    "villagers_meeting",
    "villagers_representatives",
    "group_meeting",
]
Matter = Literal[
    "charter",
    "member_confirmation",
    "land_contracting",
    "homestead_use",
    "share_quantification",
    "construction_land_transfer",
    "land_compensation_distribution",
    "investment",
    "merger_division",
    "asset_disposal",
    "forest_transfer",
    "profit_distribution",
    "non_member_benefit",
    "executive",
    "village_affairs",
    "construction_project",
]
ResolutionAttendanceBasis = Literal["individuals", "household_representatives"]
ReviewStatus = Literal["not_applied", "pending", "approved", "rejected"]
CapitalReviewMissingMaterials = Literal["intent_agreement", "capacity_proof", "project_plan"]
ReviewLevel = Literal["township", "county", "city"]
CapitalReviewForestryStatus = Literal["none", "pending", "approved", "not_required"]
PlanReportMissingPreconditions = Literal["planning_conditions", "industry_access", "eco_requirements"]
PlanItem = Literal[
    "boundary",
    "area",
    "use",
    "planning_conditions",
    "industry_access_eco",
    "term",
    "trading_method",
    "entry_price",
    "income_distribution",
]
PlanReportOpinion = Literal["none", "no_objection", "modify"]
NoticeKind = Literal["standard", "small_household", "relist"]
AuctionMissingContent = Literal["time_place", "subject", "display", "procedure"]
PriorityBasis = Literal["collective_member", "land_renewal", "tenant_purchase", "tenant_renewal", "co_owner"]
PriorityClaimShareTransferCause = Literal["sale", "inheritance", "bequest", "between_co_owners"]
LotKind = Literal["works", "goods", "services"]
ProcurementSubcontracting = Literal["none", "non_core", "core", "whole"]
RetransferConsentForm = Literal["paper", "verified_data_message", "unverified_screenshot", "oral", "silence"]
RetransferLessorResponse = Literal["consented", "objected", "silent"]
Collateral = Literal[
    "land_management_right",
    "construction_land_use_right",
    "homestead_use_right",
    "self_use_plot",
    "township_enterprise_land",
    "building",
    "public_facility",
    "movable",
    "income_share",
    "intellectual_property",
    "land_ownership",
    "none",
]
MortgageGuarantor = Literal[
    "individual",
    "household",
    "individual_business",
    "family_farm",
    "cooperative",
    "enterprise",
    "other_organisation",
    "collective_economic_organisation",
    "village_committee",
    "villager_group",
    "government",
    "contractor",
    "land_transferee",
]
MortgageCreditorType = Literal["financial_institution", "natural_person", "enterprise", "other"]
MortgageDebtorIs = Literal["guarantor_itself", "other_person", "manager"]
SettlementPayee = Literal["contractor", "collective", "other"]
SettlementCollectiveFundsAccount = Literal["collective", "individual"]
ContractItem = Literal[
    "parties",
    "land_description",
    "term",
    "use",
    "rights_duties",
    "price_payment",
    "expropriation_compensation",
    "breach_liability",
    "contact_details",
    "boundaries",
    "parcel_code",
    "land_class",
    "transfer_method",
    "attachments_disposal",
    "payment_time",
    "equity_dissolution_return",
    "irrigation_maintenance",
    "forest_expiry_disposal",
    "planning_conditions",
    "industry_access",
    "eco_requirements",
    "delivery_date",
    "construction_dates",
    "early_recovery",
    "renewal_attachments",
    "dispute_resolution",
    "irrigation_guarantee",
]
AssetKind = Literal["house", "land", "equipment", "enterprise_equity", "other"]
ShareMemberStatusEvent = Literal[
    "none",
    "death",
    "lost_nationality",
    "joined_other_collective",
    "civil_servant",
    "study",
    "military",
    "work",
    "business",
    "divorce",
    "widowed",
    "imprisoned",
]
TerminationBy = Literal["contractor", "transferee", "issuer", "lessor", "lessee"]
Ground = Literal["use_change", "abandonment", "damage", "serious_breach", "rent_arrears", "higher_price", "other"]
County = Literal["411000", "411002", "411003", "411024", "411025", "411081", "411082"]
Category = Literal[
    "household_land_management",
    "household_contract_right",
    "unallocated_collective_land",
    "four_wastes",
    "forest",
    "construction_land",
    "homestead",
    "idle_house",
    "collective_asset",
    "equity_share",
    "water_facility",
    "farm_equipment",
    "procurement",
    "intellectual_property",
    "other",
]
Right = Literal[
    "land_management_right",
    "contract_management_right",
    "contract_right",
    "land_ownership",
    "construction_land_use_right",
    "homestead_use_right",
    "house_ownership",
    "house_lease_right",
    "forest_management_right",
    "tree_ownership",
    "tree_use_right",
    "felling_permit",
    "asset_ownership",
    "asset_use_right",
    "income_share",
    "membership",
    "land_compensation",
    "water_facility_use_right",
    "aquaculture_right",
    "quota_index",
    "carbon_sink",
    "trademark",
    "collective_trademark",
    "certification_mark",
    "patent",
    "patent_application",
    "plant_variety",
    "copyright",
]
Method = Literal[
    "lease",
    "equity_contribution",
    "exchange",
    "assignment",
    "grant",
    "contract_award",
    "cultivation_on_behalf",
    "sale",
    "gift",
    "withdrawal",
    "redemption",
    "inheritance",
    "mortgage",
    "pledge",
    "license",
    "joint_operation",
    "entrusted_operation",
    "purchase",
]
AwardMode = Literal["tender", "auction", "listing", "competitive_bidding", "negotiation", "comparison"]
StepCode = Literal[
    "S0", "S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S9", "S10", "S11", "S12", "S13", "S14", "S15", "S16"
]
LeaseSwitch = Literal["block", "warn"]
ContractingSwitch = Literal["block", "review"]
