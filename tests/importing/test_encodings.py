"""Which encoding is found for the bytes of a file that does not say, or lies."""

import pytest

from layers.importing.reader import encodings

NAMES = ["محمد عبد الرحمن", "شارع المدرسة", "قطعة رقم ٤٢", "ورثة المرحوم سعيد الخليلي", "حي الزيتون"]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1256", "iso8859-6", "cp720"])
def test_arabic_text_is_recognised_in_each_encoding(encoding: str) -> None:
    samples = [name.replace("٤٢", "42").encode(encoding) for name in NAMES]
    assert encodings.rank(samples)[0] == encoding


@pytest.mark.parametrize("declared", ["utf-8", "cp1252", None])
def test_a_wrong_label_does_not_win_over_the_bytes(declared: str | None) -> None:
    samples = [name.encode("cp1256") for name in NAMES[:2]]
    assert encodings.rank(samples, declared)[0] == "cp1256"


def test_french_text_stays_french() -> None:
    # Windows-1256 has é and ô in the same places; capitals with accents tell the two apart.
    samples = ["École des Élus".encode("cp1252"), "À côté de l’église".encode("cp1252")]
    assert encodings.rank(samples)[0] == "cp1252"


def test_plain_latin_text_keeps_the_declared_encoding() -> None:
    assert encodings.rank([b"Main street", b"12/3"], "cp1256")[0] == "cp1256"


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("1256", "cp1256"),
        ("UTF-8", "utf-8"),
        ("Windows-1256", "cp1256"),
        ("88596", "iso8859-6"),
        ("OEM 720", "cp720"),
    ],
)
def test_labels_of_cpg_files_are_understood(label: str, name: str) -> None:
    assert encodings.named(label) == name


def test_an_unknown_label_is_no_encoding() -> None:
    assert encodings.named("EBCDIC") is None


def test_destroyed_text_is_counted_and_a_question_is_not() -> None:
    assert encodings.destroyed(["??????", "حي ???? الزيتون", "Really?", "محمد"]) == 2


def test_text_that_does_not_decode_is_shown_as_such_and_never_fails() -> None:
    assert encodings.decode(b"\xd3\xda\x00", "utf-8") == "��"
