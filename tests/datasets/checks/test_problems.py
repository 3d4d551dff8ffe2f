"""Every kind of problem has a consequence."""

from mtal.datasets.checks.problems import (
    FILES,
    IGNORED,
    LEFT_OUT,
    NOTE,
    NOTES,
    SEVERITIES,
    severity,
)


def test_consequences():
    assert {severity(kind, "image") for kind in FILES} == {LEFT_OUT}
    assert {severity(kind, "depth") for kind in FILES} == {IGNORED}
    assert {severity(kind, source) for kind in NOTES for source in ("image", "depth")} == {NOTE}
    assert list(SEVERITIES) == [LEFT_OUT, IGNORED, NOTE]
    assert not set(FILES) & set(NOTES)
