"""The invented people and what departments wrote about them."""

import numpy as np
from stdnum.il import idnr

from core.text import search_key
from demo.town.tables import size


def test_id_numbers_of_persons_are_unique_and_pass_the_check_digit(town):
    numbers = town.tables["persons"]["id_number"].tolist()
    assert len(set(numbers)) == len(numbers)
    assert all(idnr.is_valid(number) for number in numbers)


def test_some_written_id_numbers_fail_the_check_digit_or_are_missing(town):
    written = town.tables["department_records"]["id_number"]
    latin = [number for number in written if number and number.isascii()]
    wrong = [number for number in latin if not idnr.is_valid(number)]
    assert 0 < len(wrong) < 0.1 * len(latin)
    assert (written == "").any()
    assert any(number and not number.isascii() for number in written)


def test_one_person_is_written_in_several_ways_by_several_departments(town):
    records = town.tables["department_records"]
    truly = records["truth"] == "person"
    spellings: dict[int, set[str]] = {}
    departments: dict[int, set[str]] = {}
    for person, name, department in zip(
        records["person"][truly].tolist(), records["name"][truly], records["department"][truly], strict=True
    ):
        spellings.setdefault(person, set()).add(search_key(name))
        departments.setdefault(person, set()).add(department)
    assert sum(len(names) > 1 for names in spellings.values()) > 50
    assert sum(len(names) > 1 for names in departments.values()) > 100
    assert set(records["department"]) == {"water", "tax", "projects"}


def test_partners_and_heirs_are_told_apart_in_the_truth(town):
    records = town.tables["department_records"]
    partners = records["truth"] == "partners"
    heirs = records["truth"] == "heirs"
    assert all(name.endswith("وشركه") for name in records["name"][partners])
    assert all(name.startswith("ورثة") for name in records["name"][heirs])
    assert partners.any()
    assert heirs.any()


def test_only_records_that_truly_are_the_person_were_brought_together(town):
    records, parties = town.tables["department_records"], town.tables["parties"]
    linked = records["party"] >= 0
    assert 0.1 < linked.mean() < 0.5
    assert (records["truth"][linked] == "person").all()
    assert np.array_equal(parties["person"][records["party"][linked]], records["person"][linked])


def test_a_record_number_occurs_once_in_its_department(town):
    records = town.tables["department_records"]
    keys = set(zip(records["department"], records["number"], strict=True))
    assert len(keys) == size(records)
