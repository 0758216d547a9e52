"""What the grader reads in a submission's text, and what it refuses to read."""

from textwrap import dedent

import pytest

from hooklab.grading import source
from hooklab.grading.failure import CheckFailed
from hooklab.grading.source import Source

SAMPLE = '''
    import sys

    sys.exit("this must never run")


    class Shop:
        """A shop."""

        async def sell(
            self,
            things,
        ):
            """Sell them.

            All of them.
            """
            # A comment, then a blank line.

            def price(thing):
                return thing.price if thing else 0

            total = sum(
                price(thing)
                for thing in things
            )
            if total > 10:
                return 10
            elif total:
                return total
            for thing in things:
                try:
                    match thing:
                        case None:
                            continue
                except ValueError:
                    while True:
                        break
'''


@pytest.fixture
def write(tmp_path):
    def write(name: str, text: str) -> Source:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
        return Source(tmp_path)

    return write


def test_functions_are_measured_and_never_run(write):
    sell, price = write("deep/shop.py", SAMPLE).functions()
    assert (sell.name, sell.file, sell.line, sell.branches) == ("sell", "deep/shop.py", 10, 6)
    # From `total = sum(` to `break`, without the line that only closes the bracket.
    assert sell.lines == 15
    assert (price.name, price.lines, price.branches) == ("price", 1, 0)


def test_a_function_of_a_docstring_alone_has_no_lines(write):
    (nothing,) = write("app.py", 'def nothing():\n    """Nothing."""\n').functions()
    assert (nothing.lines, nothing.branches) == (0, 0)


def test_what_nobody_wrote_is_not_read(write, tmp_path):
    write("__pycache__/app.py", "def (")
    write("notes.txt", "def (")
    (tmp_path / "endless.py").symlink_to("/dev/zero")
    assert Source(tmp_path).functions() == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("def (", "SyntaxError"),
        ("x = '\0'", "null bytes"),
        ("x = " + "(" * 5000 + ")" * 5000, "SyntaxError"),
        ("x = " + "-" * 100_000 + "1", "Error"),
        ("# " + "x" * source.LARGEST_FILE, "it is larger"),
    ],
    ids=["no python", "null", "nested", "deep", "large"],
)
def test_a_file_that_cannot_be_read_fails_the_check(write, text, reason):
    with pytest.raises(CheckFailed, match=reason) as failed:
        write("sub/bad.py", text).functions()
    assert "sub/bad.py" in failed.value.wanted


def test_too_many_files_fail_the_check(write, monkeypatch):
    monkeypatch.setattr(source, "MOST_FILES", 1)
    write("one.py", "")
    with pytest.raises(CheckFailed, match="at most 1 Python files"):
        write("two.py", "").functions()


def test_a_check_reads_the_folder_that_is_graded(open_lab):
    lab = open_lab("def create_app(settings):\n    raise SystemExit\n")
    assert [each.name for each in lab.source.functions()] == ["create_app"]
