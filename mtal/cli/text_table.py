"""Tables in plain text, for people and for `grep`."""


def table(rows: list[dict[str, str]]) -> str:
    """Format rows, which share their keys, in columns as wide as they need, with a heading."""
    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
