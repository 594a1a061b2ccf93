"""Rows of taxation: rule packs, taxed units, assessments, objections, simulations."""

from taxation.models.arrears import ArrearsLink
from taxation.models.assessment import Assessment, AssessmentState
from taxation.models.assessment_list import AssessmentList
from taxation.models.certificate import Clearance
from taxation.models.discrepancy import Discrepancy, DiscrepancyState
from taxation.models.imported_roll import ImportedRoll, RollLine
from taxation.models.objection import Objection, ObjectionState
from taxation.models.rule_pack import PackStatus, RulePack, RuleParameter
from taxation.models.service_count import ServiceCount
from taxation.models.simulation import Simulation, SimulationRow
from taxation.models.standing import OPENLY, Standing, StandingMark, TaxPlace, TaxStatus
from taxation.models.unit import Liability, LiableRole, TaxUnit

__all__ = [
    "OPENLY", "ArrearsLink", "Assessment", "AssessmentList", "AssessmentState", "Clearance", "Discrepancy", "DiscrepancyState", "ImportedRoll", "Liability", "LiableRole", "Objection", "ObjectionState", "PackStatus", "RollLine", "RulePack", "RuleParameter", "ServiceCount", "Simulation", "SimulationRow", "Standing", "StandingMark", "TaxPlace", "TaxStatus", "TaxUnit",
]  # fmt: skip
