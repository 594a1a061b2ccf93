"""Rows of taxation: rule packs, taxed units, assessments, objections, simulations."""

from taxation.models.arrears import ArrearsLink
from taxation.models.assessment import Assessment, AssessmentState
from taxation.models.certificate import Clearance
from taxation.models.objection import Objection, ObjectionState
from taxation.models.rule_pack import PackStatus, RulePack, RuleParameter
from taxation.models.simulation import Simulation, SimulationRow
from taxation.models.unit import Liability, LiableRole, TaxUnit

__all__ = [
    "ArrearsLink", "Assessment", "AssessmentState", "Clearance", "Liability", "LiableRole", "Objection", "ObjectionState",
    "PackStatus", "RulePack", "RuleParameter", "Simulation", "SimulationRow", "TaxUnit",
]  # fmt: skip
