"""Names in three languages."""

from django.utils import translation

from core.text3 import Text3


def test_a_name_is_read_in_the_active_language() -> None:
    name = Text3("شارع القدس", "Al-Quds St.", "Rue Al-Qods")
    with translation.override("fr"):
        assert str(name) == "Rue Al-Qods"


def test_a_missing_language_falls_back_to_arabic_first() -> None:
    assert Text3(ar="حوض", en="Basin").in_("fr") == "حوض"
    assert Text3(en="Basin").in_("ar") == "Basin"


def test_what_is_stored_is_read_back_equal() -> None:
    name = Text3("أ", "b", "c")
    assert Text3.of(name.as_dict()) == name
