"""Names that say nothing, too wide lines and tricks with conditions stay out of the code."""

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = [
    ROOT / "app.py",
    *(
        file
        for folder in ("mtal", "pages", "tests", "benchmarks")
        for file in sorted((ROOT / folder).rglob("*.py"))
    ),
]
WIDE = [file for suffix in ("js", "css") for file in sorted((ROOT / "mtal").rglob(f"*.{suffix}"))]
FILLER = {"found", "one", "told", "said", "there", "place", "known", "thing"}
COLUMNS = 100


@lru_cache(maxsize=1)
def nodes(tree: ast.AST) -> list[ast.AST]:
    """All parts of the syntax of a file."""
    return list(ast.walk(tree))


def bound_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every name that a file gives to something: (line, name)."""
    for node in nodes(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.alias) and node.asname:
            yield node.lineno, node.asname
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.attr


def fillers(tree: ast.AST) -> list[int]:
    """Lines with a bound name that says nothing of what it holds."""
    return [line for line, name in bound_names(tree) if name.strip("_") in FILLER]


def nested_conditions(tree: ast.AST) -> list[int]:
    """Lines with a conditional expression directly inside another one."""
    return [
        node.lineno
        for node in nodes(tree)
        if isinstance(node, ast.IfExp)
        and any(isinstance(part, ast.IfExp) for part in (node.test, node.body, node.orelse))
    ]


def multiplied_conditions(tree: ast.AST) -> list[int]:
    """Lines on which a text, a list or a tuple is multiplied by a condition."""
    return [
        node.lineno
        for node in nodes(tree)
        if isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Mult)
        and any(
            is_sequence(factor) and is_condition(times)
            for factor, times in ((node.left, node.right), (node.right, node.left))
        )
    ]


def is_sequence(node: ast.AST) -> bool:
    """Whether an expression is plainly a text, a list or a tuple."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    return isinstance(node, ast.JoinedStr | ast.List | ast.Tuple | ast.ListComp)


def is_condition(node: ast.AST) -> bool:
    """Whether an expression is plainly true or false."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "bool"
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not)
    return isinstance(node, ast.Compare | ast.BoolOp)


def relative(file: Path) -> str:
    return str(file.relative_to(ROOT))


def test_there_is_code_to_look_at():
    assert len(FILES) > 500
    assert len(WIDE) > 5


def wide_lines(file: Path) -> list[int]:
    """Lines of more than COLUMNS characters."""
    lines = file.read_text().splitlines()
    return [number for number, line in enumerate(lines, 1) if len(line) > COLUMNS]


def test_the_code_is_in_plain_words():
    wrong = []
    for file in FILES:
        tree = ast.parse(file.read_text())
        for rule in (fillers, nested_conditions, multiplied_conditions):
            wrong += [f"{relative(file)}:{line}: {rule.__name__}" for line in rule(tree)]
    assert not wrong, "\n".join(wrong)


def test_lines_fit_beside_each_other():
    files = [*FILES, *WIDE]
    wide = [f"{relative(file)}:{line}" for file in files for line in wide_lines(file)]
    assert not wide, "\n".join(wide)


@pytest.mark.parametrize(
    ("code", "finds"),
    [
        ("found = 1", fillers),
        ("def f(said): ...", fillers),
        ("for place in range(3): ...", fillers),
        ("[one for one in range(3)]", fillers),
        ("import numpy as thing", fillers),
        ("self.known = 1", fillers),
        ("a if b else c if d else e", nested_conditions),
        ("'s' * (n != 1)", multiplied_conditions),
        ("[x] * bool(x)", multiplied_conditions),
        ("(3,) * (n == 3)", multiplied_conditions),
        ("f'{n} more' * (n > 1 and m)", multiplied_conditions),
    ],
)
def test_each_kind_is_seen(code, finds):
    assert finds(ast.parse(code))


@pytest.mark.parametrize(
    "code", ["rows = 1", "a if b else c", "'-' * width", "[0] * n", "x * (y > 1)"]
)
def test_plain_code_passes(code):
    tree = ast.parse(code)
    assert not fillers(tree) + nested_conditions(tree) + multiplied_conditions(tree)
