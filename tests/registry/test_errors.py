"""What an error of the register carries."""

import copy
import pickle

import pytest

from registry.errors import ConflictError, InvalidError, PermissionDenied, RegistryError, UnknownError


def test_facts_are_fields():
    error = ConflictError("got one, wanted the other", state="HELD", possible=("RETURN",))
    assert error.facts == {"state": "HELD", "possible": ("RETURN",)}
    assert error.state == "HELD"
    assert str(error) == "got one, wanted the other"
    with pytest.raises(AttributeError):
        _ = error.nothing


@pytest.mark.parametrize("name", ["code", "facts"])
def test_a_fact_may_not_hide_the_code(name):
    with pytest.raises(TypeError, match="may not be called"):
        ConflictError("got one", **{name: "x"})


def test_an_error_survives_being_copied_and_pickled():
    error = UnknownError("got nothing", key="7")
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):  # noqa: S301 - our own bytes
        assert (type(twin), twin.facts, str(twin)) == (UnknownError, {"key": "7"}, "got nothing")


def test_the_families_are_told_apart_by_their_codes():
    families = (PermissionDenied, UnknownError, ConflictError, InvalidError)
    assert [family.code for family in families] == ["not-permitted", "unknown", "conflict", "invalid"]
    assert all(issubclass(family, RegistryError) for family in families)
