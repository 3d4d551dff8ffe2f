"""What a text means: an id before a number, since ids of some data sets are numbers."""
import pytest

from mtal.ui.stepper import find_image

IDS = ["0318", "2", "a"]


@pytest.mark.parametrize(("text", "image"), [("0318", 0), ("2", 1), (" a ", 2), ("0", 0), ("1", 1), ("3", None), ("b", None),
                                             ("", None), ("²", None), ("01", None), ("-1", None)])
def test_an_id_goes_before_a_number(text, image):
    assert find_image(IDS, text) == image
