"""The manifest of a cycle: damage shows, whichever file it hits."""

import pytest

from mtal.runs.files import read_json
from mtal.runs.store.manifest import damages


def test_every_file_of_a_complete_cycle_is_listed(finished):
    for number in range(3):
        cycle = finished.cycle(number)
        files = {path.name for path in cycle.folder.iterdir() if path.is_file()}
        assert set(read_json(cycle.manifest)["files"]) == files - {cycle.manifest.name}
    assert damages(finished) == []


@pytest.mark.parametrize("name", ["network", "pick", "pool", "metrics", "validation", "embedding"])
def test_a_flipped_bit_is_named(name, finished):
    path = getattr(finished.cycle(0), name)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    (damage,) = damages(finished)
    assert damage.path == path
    assert "not what the cycle wrote" in str(damage)


def test_a_file_that_is_cut_or_gone_is_named(finished):
    network, pick = finished.cycle(0).network, finished.cycle(1).pick
    network.write_bytes(network.read_bytes()[:10])
    pick.unlink()
    cut, gone = damages(finished)
    assert (cut.path, gone.path) == (network, pick)
    assert "it had 64 bytes when the cycle was completed and has 10 now" in str(cut)
    assert "no such file" in str(gone)


def test_a_damaged_manifest_is_named_and_none_is_nothing(finished):
    finished.cycle(0).manifest.write_text('{"files": {"x": 1}}')
    finished.cycle(1).manifest.unlink()
    (damage,) = damages(finished)
    assert damage.path == finished.cycle(0).manifest
