"""Random operation sequences conserve land, keep neighbours matched and can be undone."""

import time

import pytest
from hypothesis.stateful import run_state_machine_as_test

from tests.cadastre import cambridge, sequences

has_real_parcels = pytest.mark.skipif(not cambridge.PARCELS.exists(), reason="the shared data are not there")


class RealSurveyors(sequences.Surveyors):
    """The same work on real parcels."""

    start_from = staticmethod(cambridge.neighbourhoods)


def test_a_few_random_sequences_hold():
    run_state_machine_as_test(sequences.Surveyors, settings=sequences.campaign(60, 12, derandomize=True))


@has_real_parcels
def test_a_few_random_sequences_hold_on_real_parcels():
    run_state_machine_as_test(RealSurveyors, settings=sequences.campaign(40, 12, derandomize=True))


@pytest.mark.long
@pytest.mark.parametrize(
    "machine",
    [sequences.Surveyors, pytest.param(RealSurveyors, marks=has_real_parcels)],
    ids=["drawn", "real"],
)
def test_ten_thousand_random_sequences_hold(machine, pytestconfig):
    sequences.done.clear()
    started = time.perf_counter()
    run_state_machine_as_test(machine, settings=sequences.campaign(10_000, 12, derandomize=False))
    report = pytestconfig.pluginmanager.get_plugin("terminalreporter")
    report.write_line(
        f"10,000 sequences in {time.perf_counter() - started:.0f} s; kept operations {sequences.done}"
    )
