"""What public functions take and give: public types, paths in any form, nothing to iterate over."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterator

from tools.api import PUBLIC

_PARTS_OF_A_CARD = "Channel"
"""What only the library itself makes parts of a card with (docs/library.md)."""


def public_names() -> dict[str, object]:
    """Every public name, and what it stands for."""
    modules = map(importlib.import_module, PUBLIC)
    return {name: getattr(module, name) for module in modules for name in module.__all__}


def functions() -> Iterator[tuple[str, Callable[..., object]]]:
    """Public functions, and the methods of public classes that anybody may call."""
    for name, value in public_names().items():
        if inspect.isfunction(value):
            yield name, value
        elif inspect.isclass(value):
            for method, code in vars(value).items():
                plain = code.__func__ if isinstance(code, classmethod | staticmethod) else code
                plain = plain.fget if isinstance(plain, property) else plain
                if inspect.isfunction(plain) and (method == "__init__" or method[0] != "_"):
                    yield f"{name}.{method}", plain


def strangers(function: Callable[..., object], public: dict[str, object]) -> Iterator[str]:
    """The names of ours in the annotations that are not public."""
    for annotation in function.__annotations__.values():
        for name in re.findall(r"[A-Za-z]\w*", str(annotation)):
            value = function.__globals__.get(name)
            home = getattr(value, "__module__", "builtins")
            # An alias has no home of its own: it is ours where its home does not have it.
            ours = home.startswith("twincard") or not hasattr(importlib.import_module(home), name)
            known = value is None or inspect.ismodule(value) or name == _PARTS_OF_A_CARD
            if ours and not known and name not in public:
                yield name


def test_what_public_functions_take_and_give_is_public() -> None:
    public = public_names()
    found = {name: list(strangers(code, public)) for name, code in functions()}
    assert len(found) > 200
    assert {name: types for name, types in found.items() if types} == {}


def test_a_type_that_is_not_public_is_found() -> None:
    from twincard.cms.encryption import encrypt

    assert set(strangers(encrypt, {"Recipient": None})) == {"Progress", "Readable", "Writable"}


def test_a_path_may_be_given_as_text() -> None:
    paths = {
        f"{name}({parameter})": str(annotation)
        for name, code in functions()
        for parameter, annotation in code.__annotations__.items()
        if "Path" in str(annotation) and parameter != "return"
    }
    assert len(paths) > 15
    # Results and events are made by the library, and a stream is given a name for these.
    made = ("Attachment", "BytesEvent", "FileCheck", "RecoveredFile", "StreamSource")
    strict = {
        name: annotation
        for name, annotation in paths.items()
        if "str | PathLike[str]" not in annotation and not name.startswith(made)
    }
    assert strict == {}


def test_no_public_function_waits_for_somebody_to_iterate_over_it() -> None:
    lazy = [name for name, code in functions() if inspect.isgeneratorfunction(code)]
    # What becomes of readers has no end, and to ask for it changes nothing.
    assert lazy == ["watch"]
