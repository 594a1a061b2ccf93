"""The folding of written text, in Python and in the database alike."""

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from core.text import FOLD_FROM, search_key


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("شارع القُدس", "شارع القدس"),
        ("مدرسة الأمل الأساسيّة", "مدرسه الامل الاساسيه"),
        ("الطـــويل", "الطويل"),
        ("قطعة ١٢/٣", "قطعه 12/3"),
        ("۴۵۶", "456"),
        ("Ain al-Saru", "ain al saru"),
        ("École de l’Étoile", "ecole de l etoile"),
        ("\u202bبلدية\u202c", "بلديه"),
        ("   ", ""),
    ],
)
def test_one_spelling_stands_for_all(written: str, key: str) -> None:
    assert search_key(written) == key


# NFKC of the database and of Python may be of different Unicode versions; what people write is older.
WRITTEN = st.text(
    st.sampled_from(FOLD_FROM) | st.characters(max_codepoint=0x6FF, exclude_categories=("Cs", "Cc")),
    max_size=40,
)


class TheDatabaseFoldsAlike(TestCase):
    """`core_search_key` and `search_key` are one function in two languages."""

    @settings(max_examples=200, deadline=None)
    @given(WRITTEN)
    def test_every_text_has_one_key(self, written: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT core_search_key(%s)", [written])
            assert cursor.fetchone() == (search_key(written),)

    @settings(max_examples=100, deadline=None)
    @given(WRITTEN)
    def test_folding_twice_changes_nothing(self, written: str) -> None:
        assert search_key(search_key(written)) == search_key(written)
