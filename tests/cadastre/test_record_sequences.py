"""Random sequences of records conserve the land in the register, and each can be undone byte for byte."""

import time

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.cadastre import real, sequences
from tests.cadastre.record_sequences import Counter


class AtCambridge(Counter):
    """The same counter over real blocks."""

    start_from = staticmethod(real.neighbourhoods)


class AtCornillon(Counter):
    """The same counter over a French sheet."""

    start_from = staticmethod(lambda: real.neighbourhoods(real.CORNILLON))


on_all_land = pytest.mark.parametrize(
    "machine",
    [
        Counter,
        pytest.param(AtCambridge, marks=real.CAMBRIDGE.needed),
        pytest.param(AtCornillon, marks=real.CORNILLON.needed),
    ],
    ids=["drawn", "Cambridge", "Cornillon"],
)


@on_all_land
def test_a_few_random_records_conserve_the_land(db, machine):
    run_state_machine_as_test(machine, settings=sequences.campaign(3, 12, derandomize=True))


# Whole records are too slow to be shrunk; the steps that failed are printed as they were.
UNSHRUNK = settings(sequences.campaign(50, 20, derandomize=False), phases=[Phase.generate])


@pytest.mark.long
@on_all_land
def test_ten_thousand_operations_in_random_records_conserve_the_land(db, machine, pytestconfig):
    sequences.done.clear()
    sequences.refused.clear()
    started, rounds = time.perf_counter(), 0
    while sum(sequences.done.values()) < 10_000:
        run_state_machine_as_test(machine, settings=UNSHRUNK)
        rounds += 50
    pytestconfig.pluginmanager.get_plugin("terminalreporter").write_line(
        f"{machine.__name__}: {sum(sequences.done.values())} steps in {rounds} sequences and "
        f"{time.perf_counter() - started:.0f} s; done {sequences.done}; refused {sequences.refused}"
    )
