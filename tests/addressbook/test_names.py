"""Names of people as names of files."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twincard.addressbook.names import ContactNameError, checked, folded, name_of, stem


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("花子", "花子"),
        ("Dr. Zoë Müller", "Dr. Zoë Müller"),
        ("a:b*c?", "a%3Ab%2Ac%3F"),
        ("100%", "100%25"),
        ("CON", "%43ON"),
        ("con.example", "%63on.example"),
        ("lpt1", "%6Cpt1"),
        ("Conrad", "Conrad"),
        ("Jr.", "Jr%2E"),
        ("alice@example.org", "alice@example.org"),
    ],
)
def test_a_name_becomes_a_file_on_every_system(name: str, file: str) -> None:
    assert (stem(checked(name)), name_of(file)) == (file, name)


@pytest.mark.parametrize(
    "name",
    ["", " ", "a/b", "a\\b", ".hidden", "-r", " a", "a ", "a\nb", "\x00", "\u202eabc", 65 * "a"],
)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ContactNameError):
        checked(name)


def test_composed_and_decomposed_letters_are_one_name() -> None:
    decomposed = unicodedata.normalize("NFD", "Zoë が")
    assert checked(decomposed) == name_of(decomposed) == "Zoë が"
    assert folded("STRASSE") == folded("straße")


@settings(max_examples=50)
@given(st.text(max_size=70))
def test_every_name_comes_back_from_its_file(name: str) -> None:
    try:
        accepted = checked(name)
    except ContactNameError:
        return
    file = stem(accepted)
    assert name_of(file) == accepted
    assert not set(file) & set('/\\:*?"<>|')
    assert file[-1] not in ". "
    assert file.casefold().partition(".")[0] not in ("con", "nul", "aux", "prn", "com1", "lpt9")
