"""The words of the registry: parties, land, rights, restrictions, decisions (compliance case, ISO 19152)."""

from collections.abc import Mapping
from enum import StrEnum


class RegionLevel(StrEnum):
    """行政区划层级。"""

    CITY = "city"
    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"


class PartyKind(StrEnum):
    """主体类型（LA_Party）。"""

    INDIVIDUAL = "individual"
    HOUSEHOLD = "household"
    INDIVIDUAL_BUSINESS = "individual_business"
    FAMILY_FARM = "family_farm"
    COOPERATIVE = "cooperative"
    ENTERPRISE = "enterprise"
    OTHER_ORGANISATION = "other_organisation"
    COLLECTIVE_ECONOMIC_ORGANISATION = "collective_economic_organisation"
    VILLAGE_COMMITTEE = "village_committee"
    VILLAGER_GROUP = "villager_group"
    GOVERNMENT = "government"


PRIVATE_KINDS = frozenset({PartyKind.INDIVIDUAL, PartyKind.HOUSEHOLD})
"""Whose names are personal data."""
COLLECTIVE_KINDS = frozenset(
    {PartyKind.COLLECTIVE_ECONOMIC_ORGANISATION, PartyKind.VILLAGE_COMMITTEE, PartyKind.VILLAGER_GROUP}
)


class LegalCapacity(StrEnum):
    """民事行为能力。"""

    FULL = "full"
    LIMITED = "limited"
    NONE = "none"


class Sex(StrEnum):
    """性别, as a resident id says it: women are counted among the representatives (农村集体经济组织法 28)."""

    FEMALE = "female"
    MALE = "male"


class Office(StrEnum):
    """集体任职：成员（村民）代表、理事、监事。"""

    REPRESENTATIVE = "representative"
    COUNCIL = "council"
    SUPERVISOR = "supervisor"


class Vote(StrEnum):
    """表决。"""

    YES = "yes"
    NO = "no"
    ABSTAIN = "abstain"


class CollectiveLevel(StrEnum):
    """集体层级：乡镇、村、组。"""

    TOWNSHIP = "township"
    VILLAGE = "village"
    GROUP = "group"


class LandType(StrEnum):
    """地类。"""

    CULTIVATED = "cultivated"
    GARDEN = "garden"
    FOREST_LAND = "forest_land"
    GRASSLAND = "grassland"
    WASTE_LAND = "waste_land"
    AQUACULTURE_WATER = "aquaculture_water"
    FACILITY_AGRICULTURAL = "facility_agricultural"
    CONSTRUCTION = "construction"
    HOMESTEAD = "homestead"
    OTHER = "other"


class SoilClass(StrEnum):
    """农用地土壤环境类别。"""

    PRIORITY_PROTECTION = "priority_protection"
    SAFE_USE = "safe_use"
    STRICT_CONTROL = "strict_control"


class AssetKind(StrEnum):
    """集体资产种类（土地以外）。"""

    HOUSE = "house"
    FACTORY = "factory"
    WATER_FACILITY = "water_facility"
    EQUIPMENT = "equipment"
    ENTERPRISE_EQUITY = "enterprise_equity"
    EQUITY_SHARE = "equity_share"
    TREES = "trees"
    INTELLECTUAL_PROPERTY = "intellectual_property"
    OTHER = "other"


CASE_ASSET_KIND: Mapping[AssetKind, str] = {
    AssetKind.HOUSE: "house",
    AssetKind.FACTORY: "house",
    AssetKind.EQUIPMENT: "equipment",
    AssetKind.ENTERPRISE_EQUITY: "enterprise_equity",
}
"""The five words of a compliance case for them; what is not named here is `other` to it."""


class RightKind(StrEnum):
    """权利种类（LA_Right）。"""

    LAND_OWNERSHIP = "land_ownership"
    CONTRACT_MANAGEMENT_RIGHT = "contract_management_right"
    CONTRACT_RIGHT = "contract_right"
    LAND_MANAGEMENT_RIGHT = "land_management_right"
    CONSTRUCTION_LAND_USE_RIGHT = "construction_land_use_right"
    HOMESTEAD_USE_RIGHT = "homestead_use_right"
    HOUSE_OWNERSHIP = "house_ownership"
    HOUSE_LEASE_RIGHT = "house_lease_right"
    FOREST_MANAGEMENT_RIGHT = "forest_management_right"
    TREE_OWNERSHIP = "tree_ownership"
    TREE_USE_RIGHT = "tree_use_right"
    FELLING_PERMIT = "felling_permit"
    ASSET_OWNERSHIP = "asset_ownership"
    ASSET_USE_RIGHT = "asset_use_right"
    INCOME_SHARE = "income_share"
    MEMBERSHIP = "membership"
    LAND_COMPENSATION = "land_compensation"
    WATER_FACILITY_USE_RIGHT = "water_facility_use_right"
    AQUACULTURE_RIGHT = "aquaculture_right"
    QUOTA_INDEX = "quota_index"
    CARBON_SINK = "carbon_sink"
    TRADEMARK = "trademark"
    COLLECTIVE_TRADEMARK = "collective_trademark"
    CERTIFICATION_MARK = "certification_mark"
    PATENT = "patent"
    PATENT_APPLICATION = "patent_application"
    PLANT_VARIETY = "plant_variety"
    COPYRIGHT = "copyright"
    RIGHT_OF_HABITATION = "right_of_habitation"


class SourceKind(StrEnum):
    """权利来源（LA_AdministrativeSource）。"""

    CERTIFICATE = "certificate"
    CONTRACT = "contract"
    RESOLUTION = "resolution"
    COURT_ORDER = "court_order"
    ADMINISTRATIVE_DECISION = "administrative_decision"
    SUCCESSION = "succession"
    MANDATE = "mandate"


class RestrictionKind(StrEnum):
    """权利限制（LA_Restriction）。"""

    SEIZURE = "seizure"
    DISPUTE = "dispute"
    MORTGAGE = "mortgage"
    RIGHT_OF_HABITATION = "right_of_habitation"
    ECOLOGICAL_RED_LINE = "ecological_red_line"
    SOIL_POLLUTION_REGISTER = "soil_pollution_register"
    PLANNING_USE = "planning_use"
    OTHER = "other"
    PERMANENT_BASIC_FARMLAND = "permanent_basic_farmland"


USUAL_SOURCE: Mapping[RestrictionKind, SourceKind] = {
    RestrictionKind.SEIZURE: SourceKind.COURT_ORDER,
    RestrictionKind.MORTGAGE: SourceKind.CONTRACT,
    RestrictionKind.RIGHT_OF_HABITATION: SourceKind.CONTRACT,
}
"""What a restriction rests on where its record does not say: for the rest, an administrative decision."""


class PlanningUse(StrEnum):
    """国土空间规划用途。"""

    INDUSTRIAL = "industrial"
    COMMERCIAL_TOURISM_ENTERTAINMENT = "commercial_tourism_entertainment"
    EDUCATION_SCIENCE_CULTURE_HEALTH_SPORTS = "education_science_culture_health_sports"
    MIXED_OTHER = "mixed_other"
    COMMODITY_HOUSING = "commodity_housing"
    PUBLIC_SERVICE = "public_service"
    AGRICULTURAL = "agricultural"
    HOMESTEAD = "homestead"
    OTHER_NON_OPERATIONAL = "other_non_operational"


class ConsentMatter(StrEnum):
    """同意、备案的事项。"""

    LEASE = "lease"
    RETRANSFER = "retransfer"
    TRANSFER = "transfer"
    MORTGAGE = "mortgage"
    HOUSE_LEASE = "house_lease"


class ConsentForm(StrEnum):
    """同意的形式，由强到弱。"""

    PAPER = "paper"
    VERIFIED_DATA_MESSAGE = "verified_data_message"
    UNVERIFIED_SCREENSHOT = "unverified_screenshot"
    ORAL = "oral"
    SILENCE = "silence"


class ResponsibilityKind(StrEnum):
    """义务（LA_Responsibility）。"""

    PAY_RENT = "pay_rent"
    KEEP_CULTIVATED = "keep_cultivated"
    KEEP_USE = "keep_use"
    PROTECT_SOIL = "protect_soil"
    RECLAIM_LAND = "reclaim_land"
    MAINTAIN_WORKS = "maintain_works"
    START_BUILDING = "start_building"
    OTHER = "other"


class ResolutionBody(StrEnum):
    """决策机构。"""

    MEMBERS_ASSEMBLY = "members_assembly"
    MEMBERS_REPRESENTATIVES = "members_representatives"
    BOARD = "board"
    VILLAGERS_MEETING = "villagers_meeting"
    VILLAGERS_REPRESENTATIVES = "villagers_representatives"
    GROUP_MEETING = "group_meeting"


class Matter(StrEnum):
    """决议事项。"""

    CHARTER = "charter"
    MEMBER_CONFIRMATION = "member_confirmation"
    LAND_CONTRACTING = "land_contracting"
    HOMESTEAD_USE = "homestead_use"
    SHARE_QUANTIFICATION = "share_quantification"
    CONSTRUCTION_LAND_TRANSFER = "construction_land_transfer"
    LAND_COMPENSATION_DISTRIBUTION = "land_compensation_distribution"
    INVESTMENT = "investment"
    MERGER_DIVISION = "merger_division"
    ASSET_DISPOSAL = "asset_disposal"
    FOREST_TRANSFER = "forest_transfer"
    PROFIT_DISTRIBUTION = "profit_distribution"
    NON_MEMBER_BENEFIT = "non_member_benefit"
    EXECUTIVE = "executive"
    VILLAGE_AFFAIRS = "village_affairs"
    CONSTRUCTION_PROJECT = "construction_project"


class AttendanceBasis(StrEnum):
    """参会口径。"""

    INDIVIDUALS = "individuals"
    HOUSEHOLD_REPRESENTATIVES = "household_representatives"


class SealedField(StrEnum):
    """What of a party is kept sealed, and opened only for a reason."""

    ID_NUMBER = "id_number"
    BANK_ACCOUNT = "bank_account"


class MediaType(StrEnum):
    """What may be uploaded, known by its first bytes and never by its name."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"


MAGIC: Mapping[bytes, MediaType] = {
    b"%PDF-": MediaType.PDF,
    b"\x89PNG\r\n\x1a\n": MediaType.PNG,
    b"\xff\xd8\xff": MediaType.JPEG,
}
EXTENSION: Mapping[MediaType, str] = {MediaType.PDF: "pdf", MediaType.PNG: "png", MediaType.JPEG: "jpg"}
