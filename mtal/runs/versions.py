"""Which version of this program it is."""
import tomllib
from pathlib import Path


def own_version() -> str:
    """As the project file says, read now: the code beside it may have been updated."""
    project = Path(__file__).parents[2] / "pyproject.toml"
    return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])
