"""Fields become columns: plain, unique, none of ours, with labels that people know."""

from layers.importing import naming


def test_fields_named_like_our_columns_get_another_name() -> None:
    assert naming.columns(["id", "geom", "GEOM_TILE", "Version"]) == [
        "id_2",
        "geom_2",
        "geom_tile_2",
        "version_2",
    ]


def test_fields_that_differ_in_case_alone_stay_apart() -> None:
    assert naming.columns(["Name", "NAME", "name"]) == ["name", "name_2", "name_3"]


def test_arabic_and_empty_names_are_numbered_and_keep_their_words_as_label() -> None:
    assert naming.columns(["رقم القطعة", "", "2020"]) == ["field_1", "field_2", "f_2020"]
    assert naming.label("رقم القطعة").ar == "رقم القطعة"


def test_long_names_are_cut_and_stay_unique() -> None:
    names = naming.columns(
        ["district_name_in_arabic_letters_as_given_by_the_ministry_a", "x" * 200, "x" * 201]
    )
    assert len(set(names)) == 3
    assert max(map(len, names)) <= 63


def test_injected_sql_is_only_letters() -> None:
    assert naming.columns(['x"; DROP TABLE parcels; --']) == ["x_drop_table_parcels"]


def test_known_fields_have_labels_in_three_languages() -> None:
    assert naming.label("PARCEL_NO").as_dict() == {
        "ar": "رقم القطعة",
        "en": "Parcel number",
        "fr": "Numéro de parcelle",
    }
    assert naming.label("name:ar").ar == "الاسم بالعربية"


def test_a_key_is_proposed_from_any_name() -> None:
    assert naming.slug("Street Centerlines 2014") == "street-centerlines-2014"
    assert naming.slug("قطع") == "layer"
