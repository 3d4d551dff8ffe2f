"""Times, sizes and foreign text for people; numbers are in `mtal.analysis.numbers`."""

import re
import time

from mtal.runs.durations import duration
from mtal.runs.jobs.progress import Progress

# What begins emphasis, code, links, HTML, headings, tables, formulas; a colon only before a word
# (":red[", ":smile:"); and at the start of a line what makes a list or a rule.
_MARKDOWN = re.compile(r"[\\`*_{}\[\]<>#|~$&]|:(?=[a-zA-Z_+-])|^[-+=]|(?<=^\d)[.)]|(?<=^\d\d)[.)]")


def plain(text: str) -> str:
    """Escape a text of users or of disk, so that Markdown shows it unchanged on one line."""
    return _MARKDOWN.sub(lambda match: "\\" + match[0], " ".join(text.split()))


def code(text: str) -> str:
    """Show a text of users or of disk in code font: a name that people may want to copy."""
    fence = "`" * (1 + max((len(ticks) for ticks in re.findall("`+", text)), default=0))
    line = " ".join(text.split())
    return f"{fence} {line} {fence}" if "`" in line else f"{fence}{line}{fence}"


def time_left(progress: Progress, now: float | None = None) -> str:
    """`3 min to 4 min left, done around 14:32`, or why there is no estimate."""
    if progress.eta_s is None:
        return progress.no_estimate
    end = (time.time() if now is None else now) + progress.eta_s[1]
    return f"{progress.time_left}, done around {clock(end)}"


def clock(moment: float) -> str:
    """Seconds since 1970 -> local clock time, with the day if it is not today."""
    local, today = time.localtime(moment), time.localtime()
    return time.strftime("%H:%M" if local[:3] == today[:3] else "%a %d %b, %H:%M", local)


def ago(moment: float, now: float | None = None) -> str:
    """`12 s ago`, `3 d ago`."""
    return f"{duration((time.time() if now is None else now) - moment)} ago"


def megabytes(size: float) -> str:
    """Bytes -> `3.1 GB`."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"
