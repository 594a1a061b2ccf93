"""Random operation sequences conserve land, keep neighbours matched and can be undone."""

import time

import pytest
from hypothesis.stateful import run_state_machine_as_test

from tests.cadastre import real, sequences


class AtCambridge(sequences.Surveyors):
    """The same work on real parcels."""

    start_from = staticmethod(real.neighbourhoods)


class AtCornillon(sequences.Surveyors):
    """The same work on a French sheet."""

    start_from = staticmethod(lambda: real.neighbourhoods(real.CORNILLON))


on_all_land = pytest.mark.parametrize(
    "machine",
    [
        sequences.Surveyors,
        pytest.param(AtCambridge, marks=real.CAMBRIDGE.needed),
        pytest.param(AtCornillon, marks=real.CORNILLON.needed),
    ],
    ids=["drawn", "Cambridge", "Cornillon"],
)


@on_all_land
def test_a_few_random_sequences_hold(machine):
    run_state_machine_as_test(machine, settings=sequences.campaign(20, 12, derandomize=True))


@pytest.mark.long
@on_all_land
def test_ten_thousand_random_sequences_hold(machine, pytestconfig):
    sequences.done.clear()
    started = time.perf_counter()
    run_state_machine_as_test(machine, settings=sequences.campaign(10_000, 12, derandomize=False))
    report = pytestconfig.pluginmanager.get_plugin("terminalreporter")
    report.write_line(
        f"10,000 sequences in {time.perf_counter() - started:.0f} s; kept operations {sequences.done}"
    )
