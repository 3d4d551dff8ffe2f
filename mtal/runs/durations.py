"""Durations as text, alike in the terminal and on the screen."""


def duration(seconds: float) -> str:
    """Write a duration: `8 s`, `3 min`, `2 h 10 min`, `4 d 3 h`.

    Two units at most: estimates are no more exact than that.
    """
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


def span(low_s: float, high_s: float) -> str:
    """Write a range: `3 min to 4 min`, or one duration if both ends read alike."""
    low, high = duration(low_s), duration(high_s)
    return low if low == high else f"{low} to {high}"
