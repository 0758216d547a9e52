"""The toy course belongs to the engine's tests: pytest does not collect its graders as tests."""

import pytest

collect_ignore = ["toy"]

RUN_NOTEBOOKS = ("notebooks", "site")


# Before pytest-xdist, which reads the groups.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Keep the tests of a file in one process, as `make test` runs several.

    So does one with all tests that start Jupyter kernels: two processes choose ports for theirs at
    the same moment, and then one of them never answers.
    """
    for item in items:
        folder = item.path.parent.name
        group = "kernels" if folder in RUN_NOTEBOOKS else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))
