"""Times, counts and foreign text for people. No widget here."""
import re
import time

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


def duration(seconds: float) -> str:
    """`8 s`, `3 min`, `2 h 10 min`, `4 d 3 h`: two units at most, because more would pretend to be exact."""
    seconds = max(0.0, seconds)
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def time_left(eta_s: tuple[float, float] | None, now: float | None = None) -> str:
    """`about 3–4 min left, done around 14:32`, or that there is no estimate. eta_s: p50 and p90 of the seconds left."""
    if eta_s is None:
        return "no estimate yet"
    low, high = (duration(seconds) for seconds in eta_s)
    likely = low if low == high else f"{low} to {high}"
    return f"{likely} left, done around {clock((time.time() if now is None else now) + eta_s[1])}"


def clock(moment: float) -> str:
    """Seconds since 1970 -> local clock time, with the day if it is not today."""
    there, today = time.localtime(moment), time.localtime()
    return time.strftime("%H:%M" if there[:3] == today[:3] else "%a %d %b, %H:%M", there)


def ago(moment: float, now: float | None = None) -> str:
    """`12 s ago`, `3 d ago`."""
    return f"{duration((time.time() if now is None else now) - moment)} ago"


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 image`, `1,200 images`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def megabytes(size: float) -> str:
    """Bytes -> `3.1 GB`."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"
