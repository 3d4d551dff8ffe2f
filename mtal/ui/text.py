"""Times, sizes and foreign text for people; numbers are in `mtal.analysis.numbers`. No widget here."""

import re
import time

from mtal.runs.durations import duration
from mtal.runs.jobs.progress import Progress

# What begins emphasis, code, links, HTML, headings, tables, formulas; a colon only before a word (":red[", ":smile:"); and at
# the start of a line what makes a list or a rule.
_MARKDOWN = re.compile(r"[\\`*_{}\[\]<>#|~$&]|:(?=[a-zA-Z_+-])|^[-+=]|(?<=^\d)[.)]|(?<=^\d\d)[.)]")


def plain(text: str) -> str:
    """Text of users or of disk (image names, notes, paths), escaped so that Markdown shows it as it is, on one line."""
    return _MARKDOWN.sub(lambda found: "\\" + found[0], " ".join(text.split()))


def code(text: str) -> str:
    """The same in code font: a name that people may want to copy."""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    line = " ".join(text.split())
    return f"{fence} {line} {fence}" if "`" in line else f"{fence}{line}{fence}"


def time_left(progress: Progress, now: float | None = None) -> str:
    """`3 min to 4 min left, done around 14:32`, or why there is no estimate."""
    if progress.eta_s is None:
        return progress.no_estimate
    return f"{progress.time_left}, done around {clock((time.time() if now is None else now) + progress.eta_s[1])}"


def clock(moment: float) -> str:
    """Seconds since 1970 -> local clock time, with the day if it is not today."""
    there, today = time.localtime(moment), time.localtime()
    return time.strftime("%H:%M" if there[:3] == today[:3] else "%a %d %b, %H:%M", there)


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
