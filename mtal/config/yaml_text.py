"""YAML as people write it, read without surprises.

Numbers, true, false and null are those of YAML 1.2's core schema: `010` is ten, `yes`, `off` and
dates are texts. A key may stand once, and nothing may be repeated by reference: a few lines with
anchors can stand for gigabytes. `!!` kinds are refused too, since no value here needs one.
"""

import math
import re
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node

LONGEST = 1_000_000  # characters
DEEPEST = 50  # levels of lists and mappings
SHOWN = 60  # characters of a value in a message
SMALLEST = 2.3e-308  # floats below lose digits, and then become 0
NULL, BOOL, INT, FLOAT = (f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float"))
PATTERNS = {  # of YAML 1.2.2, section 10.3.2
    NULL: (r"null|Null|NULL|~|", "nN~"),
    BOOL: (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    INT: (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    FLOAT: (
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        "-+.0123456789",
    ),
}
OPENING = "[{\"'&*!|>%@`"  # begins a value that is more than a plain text


class YamlError(ValueError):
    """A text that is no YAML, or has what is not read here; a short message names the line."""


class _Loader(yaml.SafeLoader):
    """Builds plain values only."""

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise YamlError(f"{_line(event)}: names with & and * are not read; write the value out")
        if getattr(event, "tag", None):
            raise YamlError(f"{_line(event)}: kinds with ! are not read; write the value alone")
        self.depth = getattr(self, "depth", 0) + 1
        if self.depth > DEEPEST:
            raise YamlError(f"{_line(event)}: more than {DEEPEST} levels of lists and mappings")
        node: Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node


class _Dumper(yaml.SafeDumper):
    """Quotes texts that `_Loader` or YAML 1.1 read as something else, and repeats by value."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def dump_yaml(values: Any, flow: bool | None = None) -> str:
    """Write plain values so that `parse_yaml` reads them back.

    flow: brackets everywhere (True), nowhere (False), or for the innermost values (None).
    """
    return yaml.dump(
        values,
        Dumper=_Dumper,
        sort_keys=False,
        default_flow_style=flow,
        width=90,
        allow_unicode=True,
    )


def parse_yaml(text: str) -> Any:
    """Read a text of one YAML document as plain values. YamlError says what is wrong, and where."""
    if len(text) > LONGEST:
        raise YamlError(f"more than {LONGEST:,} characters")
    loader = None
    try:
        loader = _Loader(text)
        return loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}: " if mark else ""
        raise YamlError(f"{where}this is not YAML ({error.problem})") from None
    except yaml.YAMLError as error:
        reason = shortened(" ".join(str(error).split()))
        raise YamlError(f"this is not YAML ({reason})") from None
    except RecursionError:
        raise YamlError(f"more than {DEEPEST} levels of lists and mappings") from None
    finally:
        if loader is not None:
            loader.dispose()


def parse_value(text: str) -> Any:
    """Read the value of one setting, as it was typed.

    What begins with a bracket or a quote is YAML. Anything else is a number, true, false, null or
    a text to its last character, whatever stands in it: `/data #2` is a folder. YamlError.
    """
    typed = text.strip()
    if typed.startswith(tuple(OPENING)):
        return parse_yaml(typed)
    if len(typed) > LONGEST:
        raise YamlError(f"more than {LONGEST:,} characters")
    for tag, (pattern, _) in PATTERNS.items():
        if re.fullmatch(pattern, typed):
            return _CONSTRUCT[tag](typed, "")
    return typed


def shortened(text: str, most: int = SHOWN) -> str:
    """Cut a text for a message, with … in place of the rest."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _line(token: Any) -> str:
    return f"line {token.start_mark.line + 1}"


def _null(text: str, where: str) -> None:
    """Any of the four ways to write it."""


def _bool(text: str, where: str) -> bool:
    return text.lower() == "true"


def _int(text: str, where: str) -> int:
    base = {"0o": 8, "0x": 16}.get(text[:2], 10)
    try:
        return int(text.replace("0o", "0", 1) if base == 8 else text, base)
    except ValueError:  # Python reads no number of thousands of digits
        raise YamlError(f"{where}{shortened(text)} has too many digits") from None


def _float(text: str, where: str) -> float:
    lower = text.lower()
    if lower.endswith((".inf", ".nan")):
        return float(lower.replace(".", ""))
    value = float(text)
    digits = re.search("[1-9]", re.split("[eE]", text)[0])
    if math.isinf(value) or (digits and abs(value) < SMALLEST):
        raise YamlError(f"{where}{shortened(text)} is too large or too small for a number")
    return value


_CONSTRUCT: dict[str, Any] = {NULL: _null, BOOL: _bool, INT: _int, FLOAT: _float}


def _add_constructor(tag: str) -> None:
    def construct(loader: _Loader, node: Node) -> Any:
        return _CONSTRUCT[tag](str(node.value), f"{_line(node)}: ")

    _Loader.add_constructor(tag, construct)


def _construct_mapping(loader: _Loader, node: MappingNode) -> dict[Any, Any]:
    """Build a mapping whose keys stand once."""
    lines: dict[Any, str] = {}
    values: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if isinstance(key, list | dict):
            raise YamlError(f"{_line(key_node)}: a list or a mapping cannot be a key")
        if key in lines:
            name = shortened(str(key_node.value))
            raise YamlError(f"{_line(key_node)}: {name} is there already, in {lines[key]}")
        lines[key] = _line(key_node)
        values[key] = loader.construct_object(value_node, deep=True)
    return values


_Loader.yaml_implicit_resolvers = {}  # not those of YAML 1.1
_Dumper.yaml_implicit_resolvers = {  # those too, since other programs may read by them
    first: [*resolvers] for first, resolvers in yaml.SafeDumper.yaml_implicit_resolvers.items()
}
for _tag, (_pattern, _first) in PATTERNS.items():
    _add_constructor(_tag)
    _letters = [*_first, *([""] if _tag == NULL else [])]
    for _reader_or_writer in (_Loader, _Dumper):
        _reader_or_writer.add_implicit_resolver(_tag, re.compile(f"^(?:{_pattern})$"), _letters)
_Loader.add_constructor("tag:yaml.org,2002:map", _construct_mapping)
