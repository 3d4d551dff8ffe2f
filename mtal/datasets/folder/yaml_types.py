"""Types of the values in tasks.yaml: paths inside the data folder, names, stored values, colours.

Every validator raises a ValueError that says what would have been right.
"""

import difflib
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

MAX_NAME = 100  # characters


def did_you_mean(name: Any, names: Iterable[str]) -> str:
    """The closest of some names, as part of a sentence; "" if none is close."""
    close = difflib.get_close_matches(str(name), list(names), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _inside_path(text: str) -> str:
    """Normalise a path that stays in the data folder, whatever it is joined to."""
    if not text.strip() or not text.isprintable():
        raise ValueError("name a folder or file inside the data folder")
    absolute = text.startswith(("/", "~"))
    if absolute or {"\\", ":"} & set(text) or ".." in PurePosixPath(text).parts:
        raise ValueError(
            "must stay inside the data folder: write the path from there, with / between folders "
            "and without .."
        )
    return str(PurePosixPath(text))


def _display_name(value: Any) -> str:
    """Strip a name; refuse what YAML took for a number, a truth value or null."""
    if not isinstance(value, str):
        raise ValueError(
            "is no text; put quotes around it (YAML reads no, off, 12 and null as something else)"
        )
    if not value.strip() or not value.isprintable() or len(value) > MAX_NAME:
        raise ValueError(f"is no name: 1 to {MAX_NAME} printable characters are expected")
    return value.strip()


def _suffix(text: str) -> str:
    if "/" in text or not text.isprintable():
        raise ValueError(
            "is what file names end in before the ending, such as _depth; it cannot hold a /"
        )
    return text


def _colour(value: Any) -> Any:
    """Parse [r, g, b] or "#rrggbb" -> (r, g, b)."""
    if isinstance(value, str) and len(value) == 7 and value[0] == "#":
        try:
            return tuple(bytes.fromhex(value[1:]))
        except ValueError:
            pass
    if isinstance(value, list | tuple) and len(value) == 3 and all(map(_is_byte, value)):
        return tuple(value)
    raise ValueError(
        'is no colour: write [128, 0, 64] or "#800040", in quotes because YAML takes # as the '
        "start of a comment"
    )


def _is_byte(value: Any) -> bool:
    return type(value) is int and 0 <= value <= 255


def _colours(value: Any) -> Any:
    """Wrap a single colour, so that one colour and a list of colours read alike."""
    several = isinstance(value, list) and value and isinstance(value[0], str | list | tuple)
    return value if several else [value]


def _ignored_value(value: Any) -> Any:
    return value if type(value) is int else _colour(value)


InsidePath = Annotated[str, AfterValidator(_inside_path)]
Suffix = Annotated[str, AfterValidator(_suffix)]
DisplayName = Annotated[str, BeforeValidator(_display_name)]
StoredValue = Annotated[int, Field(ge=0, le=65535)]
Colour = Annotated[tuple[int, int, int], BeforeValidator(_colour)]
Colours = Annotated[tuple[Colour, ...], BeforeValidator(_colours)]
IgnoredValue = Annotated[int | tuple[int, int, int], BeforeValidator(_ignored_value)]


class YamlGroup(BaseModel):
    """A group of keys in tasks.yaml. The error for an unknown key suggests the closest key."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, values: Any) -> Any:
        if isinstance(values, Mapping):
            for key in values:
                if key not in cls.model_fields:
                    raise ValueError(
                        f"there is no key {key!r}{did_you_mean(key, cls.model_fields)}; "
                        f"there are {', '.join(cls.model_fields)}"
                    )
        return values
