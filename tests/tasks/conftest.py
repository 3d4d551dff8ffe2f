"""Every task, for tests of what all of them, or all of one kind, must do."""

import pytest

from mtal.tasks.registry import TASKS
from mtal.tasks.task import Task

CLASS_TASKS = [name for name, make in TASKS.items() if make().output_distribution.has_classes]
VALUE_TASKS = [name for name in TASKS if name not in CLASS_TASKS]


@pytest.fixture(params=TASKS.values(), ids=TASKS.keys())
def task(request: pytest.FixtureRequest) -> Task:
    return request.param()


@pytest.fixture(params=CLASS_TASKS)
def class_task(request: pytest.FixtureRequest) -> Task:
    return TASKS[request.param]()


@pytest.fixture(params=VALUE_TASKS)
def value_task(request: pytest.FixtureRequest) -> Task:
    return TASKS[request.param]()
