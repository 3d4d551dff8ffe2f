"""What may stand for a value in a description: paths that stay inside, names, colours. Each says what would have been right."""

import difflib
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator


def did_you_mean(name: Any, names: Iterable[str]) -> str:
    """The closest of some names, as part of a sentence; "" if none is close."""
    close = difflib.get_close_matches(str(name), list(names), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _inside(text: str) -> str:
    """A path that stays in the folder, whatever it is joined to."""
    if not text.strip() or not text.isprintable():
        raise ValueError("name a folder or file inside the data folder")
    if text.startswith(("/", "~")) or {"\\", ":"} & set(text) or ".." in PurePosixPath(text).parts:
        raise ValueError(
            "must stay inside the data folder: a path that counts from there, with / between folders, without .."
        )
    return str(PurePosixPath(text))


def _name(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(
            "is no text; put quotes around it (YAML reads no, off, 12 and null as something else)"
        )
    if not value.strip() or not value.isprintable() or len(value) > 100:
        raise ValueError("is no name: 1 to 100 printable characters are expected")
    return value.strip()


def _suffix(text: str) -> str:
    if "/" in text or not text.isprintable():
        raise ValueError(
            "is what file names end in before the ending, such as _depth; it cannot hold a /"
        )
    return text


def _colour(value: Any) -> Any:
    """[r, g, b] or "#rrggbb" -> (r, g, b)."""
    if isinstance(value, str) and len(value) == 7 and value[0] == "#":
        try:
            return tuple(bytes.fromhex(value[1:]))
        except ValueError:
            pass
    elif (
        isinstance(value, list | tuple)
        and len(value) == 3
        and all(type(part) is int and 0 <= part <= 255 for part in value)
    ):
        return tuple(value)
    raise ValueError(
        'is no colour: write [128, 0, 64] or "#800040", in quotes because YAML takes # as the start of a comment'
    )


def _colours(value: Any) -> Any:
    """One colour or a list of several."""
    return (
        value
        if isinstance(value, list) and value and isinstance(value[0], str | list | tuple)
        else [value]
    )


def _ignored(value: Any) -> Any:
    return value if type(value) is int else _colour(value)


Inside = Annotated[str, AfterValidator(_inside)]
Suffix = Annotated[str, AfterValidator(_suffix)]
Name = Annotated[str, BeforeValidator(_name)]
Stored = Annotated[int, Field(ge=0, le=65535)]
Colour = Annotated[tuple[int, int, int], BeforeValidator(_colour)]
Colours = Annotated[tuple[Colour, ...], BeforeValidator(_colours)]
Ignored = Annotated[int | tuple[int, int, int], BeforeValidator(_ignored)]


class Described(BaseModel):
    """A group of keys; a key that does not exist is told with the one that was probably meant."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _known_keys_only(cls, values: Any) -> Any:
        if isinstance(values, Mapping):
            for key in values:
                if key not in cls.model_fields:
                    raise ValueError(
                        f"there is no key {key!r}{did_you_mean(key, cls.model_fields)}; "
                        f"there are {', '.join(cls.model_fields)}"
                    )
        return values
