"""One policy: declared rights, exceptions, districts, and reasons in three languages."""

from dataclasses import dataclass, field

import pytest
from django.db import connection
from django.utils import translation

from accounts import policy
from accounts.models import AccessRule
from accounts.policy import ANYBODY, Sensitivity, Subject, Verb, decide, of_roles
from accounts.roles import STAFF_ROLES
from core.errors import Forbidden, NotFound
from municipality.models import District

pytestmark = pytest.mark.django_db

SQUARE = "MULTIPOLYGON (((100000 100000, 100100 100000, 100100 100100, 100000 100100, 100000 100000)))"


@dataclass(frozen=True)
class Layer:
    """A guarded thing as small as can be."""

    id: str = "wells"
    view_roles: frozenset[str] = frozenset({"engineer", "clerk", "treasurer"})
    edit_roles: frozenset[str] = frozenset({"engineer"})
    sensitivities: dict[str, Sensitivity] = field(
        default_factory=lambda: {
            "number": Sensitivity.PUBLIC,
            "note": Sensitivity.STAFF,
            "owner": Sensitivity.IDENTITY,
            "arrears": Sensitivity.DEBT,
        }
    )
    district_field: str | None = "district_id"


STAFF_LAYER = Layer()
OPEN_LAYER = Layer(id="parcels", view_roles=frozenset({"public"}))


def rule(**values: object) -> AccessRule:
    return AccessRule.objects.create(**{"collection": "wells", "verb": "view"} | values)


@pytest.fixture
def two_districts() -> tuple[int, int]:
    made = [
        District.objects.create(code=code, name_ar=code, name_en=code, name_fr=code, geom=SQUARE).pk
        for code in ("A", "B")
    ]
    return made[0], made[1]


def test_only_declared_roles_see_a_staff_layer() -> None:
    seeing = {role for role in STAFF_ROLES if decide(of_roles([role]), Verb.VIEW, STAFF_LAYER)}
    assert seeing == {"engineer", "clerk", "treasurer", "admin"}
    assert not decide(ANYBODY, Verb.VIEW, STAFF_LAYER)
    assert not decide(of_roles(["citizen"]), Verb.VIEW, STAFF_LAYER)


@pytest.mark.parametrize(
    ("role", "fields"),
    [
        ("citizen", {"number"}),
        ("surveyor", {"number", "note"}),
        ("network", {"number", "note"}),
        ("engineer", {"number", "note", "owner"}),
        ("approver", {"number", "note", "owner"}),
        ("clerk", {"number", "note", "owner", "arrears"}),
        ("assessor", {"number", "note", "owner", "arrears"}),
        ("treasurer", {"number", "note", "owner", "arrears"}),
        ("auditor", {"number", "note", "owner", "arrears"}),
        ("admin", {"number", "note", "owner", "arrears"}),
    ],
)
def test_the_role_decides_which_kinds_of_fields_are_read(role: str, fields: set[str]) -> None:
    assert policy.visible_fields(of_roles([role]), OPEN_LAYER) == fields
    assert policy.visible_fields(ANYBODY, OPEN_LAYER) == {"number"}


def test_what_may_not_be_seen_is_not_found_and_what_may_not_be_done_is_forbidden() -> None:
    with pytest.raises(NotFound):
        policy.require(ANYBODY, Verb.EDIT, STAFF_LAYER)
    with pytest.raises(Forbidden) as refusal:
        policy.require(of_roles(["clerk"]), Verb.EDIT, STAFF_LAYER)
    assert refusal.value.detail
    policy.require(of_roles(["engineer"]), Verb.EDIT, STAFF_LAYER)


def test_a_field_that_is_not_declared_is_refused() -> None:
    answer = decide(of_roles(["clerk"]), Verb.VIEW, STAFF_LAYER, field="nothing")
    assert (answer.allowed, answer.rule) == (False, "unknown-field")


def test_rules_add_and_take_away_at_the_next_question() -> None:
    surveyor = of_roles(["surveyor"])
    assert not decide(surveyor, Verb.VIEW, STAFF_LAYER)
    given = rule(role="surveyor", allow=True)
    assert decide(surveyor, Verb.VIEW, STAFF_LAYER).rule == f"rule-{given.pk}"
    rule(role="engineer", allow=False)
    assert not decide(of_roles(["engineer"]), Verb.VIEW, STAFF_LAYER)
    assert not decide(of_roles(["engineer"]), Verb.EDIT, STAFF_LAYER), (
        "what one may not see one may not change"
    )
    given.delete()
    assert not decide(surveyor, Verb.VIEW, STAFF_LAYER)


def test_what_one_role_gives_another_does_not_take_away() -> None:
    rule(role="engineer", allow=False)
    assert decide(of_roles(["engineer", "clerk"]), Verb.VIEW, STAFF_LAYER)


def test_the_narrowest_rule_decides() -> None:
    rule(role="clerk", field="owner", allow=False)
    assert policy.visible_fields(of_roles(["clerk"]), STAFF_LAYER) == {"number", "note", "arrears"}
    rule(role="clerk", allow=True)
    assert "owner" not in policy.visible_fields(of_roles(["clerk"]), STAFF_LAYER)


def test_a_rule_can_open_one_field_to_everybody() -> None:
    rule(role="public", collection="parcels", field="owner", allow=True)
    assert policy.visible_fields(ANYBODY, OPEN_LAYER) == {"number", "owner"}


def test_a_role_held_for_a_district_sees_that_district(two_districts: tuple[int, int]) -> None:
    here, there = two_districts
    clerk = of_roles({"clerk": frozenset({here})})
    assert policy.district_scope(clerk, STAFF_LAYER) == {here}
    assert decide(clerk, Verb.VIEW, STAFF_LAYER, district=here)
    assert decide(clerk, Verb.VIEW, STAFF_LAYER, district=there).rule == "district"


def test_on_a_public_layer_guarded_fields_are_read_in_ones_own_district_only(
    two_districts: tuple[int, int],
) -> None:
    here, there = two_districts
    clerk = of_roles({"clerk": frozenset({here})})
    assert policy.district_scope(clerk, OPEN_LAYER) is None
    assert policy.visible_fields(clerk, OPEN_LAYER) == {"number"}
    assert policy.field_districts(clerk, OPEN_LAYER) == dict.fromkeys(
        ["arrears", "note", "owner"], frozenset({here})
    )
    assert not decide(clerk, Verb.VIEW, OPEN_LAYER, field="owner", district=there)


def test_a_rule_about_a_district_leaves_the_others(two_districts: tuple[int, int]) -> None:
    here, there = two_districts
    rule(role="clerk", district_id=here, allow=False)
    assert policy.district_scope(of_roles(["clerk"]), STAFF_LAYER) == {there}
    rule(role="surveyor", district_id=here, allow=True)
    assert policy.district_scope(of_roles(["surveyor"]), STAFF_LAYER) == {here}


def test_districts_of_two_roles_stay_apart(two_districts: tuple[int, int]) -> None:
    here, there = two_districts
    both = of_roles({"engineer": frozenset({here}), "clerk": frozenset({there})})
    assert decide(both, Verb.EDIT, STAFF_LAYER, district=here)
    assert not decide(both, Verb.EDIT, STAFF_LAYER, district=there)
    assert decide(both, Verb.VIEW, STAFF_LAYER, field="arrears", district=there)
    assert not decide(both, Verb.VIEW, STAFF_LAYER, field="arrears", district=here)


def test_a_role_limited_to_districts_changes_nothing_in_a_layer_without_them(
    two_districts: tuple[int, int],
) -> None:
    whole = Layer(district_field=None)
    engineer = of_roles({"engineer": frozenset({two_districts[0]})})
    assert decide(engineer, Verb.VIEW, whole)
    assert not decide(engineer, Verb.EDIT, whole)


def test_a_tokens_verbs_limit_even_an_administrator() -> None:
    reader = of_roles(["admin"], verbs=["view"])
    assert decide(reader, Verb.VIEW, STAFF_LAYER)
    assert decide(reader, Verb.EDIT, STAFF_LAYER).rule == "token"


def test_equal_rights_share_a_digest_and_other_rights_do_not() -> None:
    def digest(subject: Subject) -> str:
        return policy.digest(subject, OPEN_LAYER)

    assert digest(ANYBODY) == digest(of_roles(["citizen"], user_id=7))
    assert digest(of_roles(["clerk"], user_id=1)) == digest(of_roles(["treasurer"], user_id=2))
    before = digest(of_roles(["clerk"]))
    assert before != digest(ANYBODY)
    rule(role="clerk", collection="parcels", field="owner", allow=False)
    assert digest(of_roles(["clerk"])) != before
    assert digest(of_roles(["treasurer"])) == before


def test_a_rule_made_by_raw_sql_holds_as_well() -> None:
    assert not decide(ANYBODY, Verb.VIEW, STAFF_LAYER)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_accessrule (role, collection, verb, field, allow, reason, made_at) "
            "VALUES ('public', 'wells', 'view', '', true, '', now())"
        )
    assert decide(ANYBODY, Verb.VIEW, STAFF_LAYER)


@pytest.mark.parametrize("language", ["ar", "en", "fr"])
def test_every_answer_explains_itself_in_every_language(
    language: str, two_districts: tuple[int, int]
) -> None:
    made = rule(role="auditor", allow=True, district_id=two_districts[0])
    here = of_roles({"engineer": frozenset({two_districts[0]})})
    answers = [
        decide(of_roles(["admin"]), Verb.EDIT, STAFF_LAYER),
        decide(of_roles(["clerk"]), Verb.VIEW, STAFF_LAYER),
        decide(ANYBODY, Verb.VIEW, STAFF_LAYER),
        decide(ANYBODY, Verb.VIEW, OPEN_LAYER, field="owner"),
        decide(of_roles(["clerk"]), Verb.VIEW, STAFF_LAYER, field="owner"),
        decide(of_roles(["auditor"]), Verb.VIEW, STAFF_LAYER),
        decide(here, Verb.VIEW, STAFF_LAYER, district=two_districts[1]),
        decide(here, Verb.EDIT, Layer(district_field=None)),
        decide(of_roles(["clerk"], verbs=["view"]), Verb.EDIT, STAFF_LAYER),
    ]
    with translation.override("en"):
        english = [answer.because for answer in answers]
    with translation.override(language):
        said = [answer.because for answer in answers]
    assert all(said)
    assert len({answer.rule for answer in answers} | {f"rule-{made.pk}"}) >= 6
    if language != "en":
        assert not set(said) & set(english)


def test_a_request_asks_the_database_once(django_assert_num_queries) -> None:
    subject = ANYBODY.at(policy.epoch())
    policy.digest(subject, OPEN_LAYER)
    with django_assert_num_queries(0):
        policy.digest(subject, OPEN_LAYER)
        policy.visible_fields(subject, OPEN_LAYER)
        decide(subject, Verb.VIEW, OPEN_LAYER)
    with django_assert_num_queries(1):
        policy.epoch()
