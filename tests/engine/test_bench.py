"""Mistakes are made, changed and brought along on a bench, and no work on it is lost."""

import pytest

from hooklab.authoring import bench, following
from hooklab.errors import HooklabError

KNOCK = "graders/knock/mistakes"


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def greeting_of(course, name):
    return bench.assembled(course, "knock", name)


def test_a_new_mistake_begins_as_the_solution(own_toy):
    folder = bench.begin(own_toy, "knock", "says_bye")
    assert (folder / "greeting.py").is_file()
    change(folder / "greeting.py", "Hello", "Bye")
    (folder / bench.WORDS).write_text("It says goodbye.\n\nLoses: it_greets_by_name\n")
    path = bench.write(own_toy, "knock", "says_bye", folder)
    mistake = bench.find(own_toy, "knock", "says_bye")
    assert path.read_text().startswith("It says goodbye.\n\nLoses: it_greets_by_name\n\n--- a/gr")
    assert mistake.loses == ("it_greets_by_name",)
    assert 'return f"Bye {name}"' in greeting_of(own_toy, "says_bye")
    assert not folder.exists()


@pytest.mark.parametrize(
    ("name", "said"), [("no_route", "has a mistake “no_route” already"), ("No Route", "is no name")]
)
def test_a_name_that_is_taken_or_none_is_refused(own_toy, name, said):
    with pytest.raises(HooklabError, match=said):
        bench.begin(own_toy, "knock", name)


def test_a_mistake_is_laid_out_whole_and_written_back_as_it_was(own_toy):
    path = own_toy.root / KNOCK / "ignores_the_name.patch"
    before = path.read_text()
    folder = following.lay(own_toy, "knock", "ignores_the_name")
    assert 'return "Hello Ada"' in (folder / "greeting.py").read_text()
    assert (folder / "app.py").is_file()
    assert (folder / bench.WORDS).read_text() == "Everybody is Ada.\n\nLoses: it_greets_by_name\n"
    bench.write(own_toy, "knock", "ignores_the_name", folder)
    assert path.read_text() == before


def test_the_reason_of_a_mistake_goes_with_it(own_toy):
    path = own_toy.root / KNOCK / "no_route.patch"
    before = path.read_text()
    folder = following.lay(own_toy, "knock", "no_route")
    assert "\nBecause: nothing" in (folder / bench.WORDS).read_text()
    bench.write(own_toy, "knock", "no_route", folder)
    assert path.read_text() == before


def test_an_answer_that_is_the_solution_is_refused_and_kept(own_toy):
    folder = bench.begin(own_toy, "knock", "says_bye")
    (folder / bench.WORDS).write_text("It says goodbye.\n")
    with pytest.raises(HooklabError, match="is the solution"):
        bench.write(own_toy, "knock", "says_bye", folder)
    assert (folder / "greeting.py").is_file()


def test_a_folder_that_is_no_answer_is_refused(own_toy, tmp_path):
    with pytest.raises(HooklabError, match=r"MISTAKE\.txt does not exist"):
        bench.write(own_toy, "knock", "no_route", tmp_path)


def test_work_that_lies_on_the_bench_is_left_there_and_named(own_toy):
    folder = following.lay(own_toy, "knock", "no_route")
    (folder / "app.py").write_text("an hour of work\n")
    with pytest.raises(HooklabError, match=f"an answer lies in {folder} already"):
        following.lay(own_toy, "knock", "no_route")
    assert (folder / "app.py").read_text() == "an hour of work\n"
    bench.begin(own_toy, "knock", "says_bye")
    with pytest.raises(HooklabError, match="says_bye already"):
        bench.begin(own_toy, "knock", "says_bye")


def test_an_unknown_mistake_is_refused(own_toy):
    with pytest.raises(HooklabError, match="no mistake “nobody”"):
        bench.find(own_toy, "knock", "nobody")


@pytest.fixture
def says_bye(own_toy):
    """The folder of a new mistake with words of its own, and the solution's files."""
    folder = bench.begin(own_toy, "knock", "says_bye")
    (folder / bench.WORDS).write_text("It says goodbye.\n\nLoses: it_greets_by_name\n")
    return folder


def test_a_file_of_another_name_is_in_the_patch(own_toy, says_bye):
    (says_bye / "greeting.py").rename(says_bye / "größe words.py")
    content = (says_bye / "größe words.py").read_bytes()
    bench.write(own_toy, "knock", "says_bye", says_bye)
    mistake = bench.find(own_toy, "knock", "says_bye")
    assert mistake.patch.files == {"greeting.py", "größe words.py"}
    answer = mistake.assemble(own_toy.root / "answer")
    assert (answer / "größe words.py").read_bytes() == content
    assert not (answer / "greeting.py").exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("logo.png", b"\x89PNG\r\n\0"),
        ("empty.py", b""),
        ("greeting.py", "# é\n".encode("latin-1")),
        ('a "quoted" name.py', b"x = 1\n"),
    ],
)
def test_what_a_patch_cannot_hold_is_refused_and_kept(own_toy, says_bye, name, content):
    (says_bye / "app.py").write_text("x = 1\n")
    (says_bye / name).write_bytes(content)
    with pytest.raises(HooklabError) as caught:
        bench.write(own_toy, "knock", "says_bye", says_bye)
    assert caught.value.what.endswith(f"what changed in {name}")
    assert (says_bye / name).read_bytes() == content
    assert not (own_toy.root / KNOCK / "says_bye.patch").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (b"Caf\xe9\n\nLoses: it_answers\n", r"MISTAKE\.txt is no UTF-8 text"),
        (b"Says.\n\nLoses: it_answers, no_route\n", "“Loses: it_answers, no_route” names no check"),
        (b"Says.\n\nloses: it_answers\n", "“loses: it_answers” names no check"),
        (b"Says.\n\nLoses: it_answers\nBecause:\n", "“Because:” gives no reason"),
        (b"What this answer does, and what breaks.\n\nLoses: it_answers\n", "does not say what"),
        (b"\nLoses: it_answers\n", "does not say what"),
    ],
)
def test_words_that_say_nothing_are_refused(own_toy, says_bye, words, said):
    change(says_bye / "greeting.py", "Hello", "Bye")
    (says_bye / bench.WORDS).write_bytes(words)
    with pytest.raises(HooklabError, match=said):
        bench.write(own_toy, "knock", "says_bye", says_bye)
    assert (says_bye / bench.WORDS).read_bytes() == words


def test_what_editors_leave_is_no_part_of_an_answer(own_toy, says_bye):
    change(says_bye / "greeting.py", "Hello", "Bye")
    for left in ("greeting.py~", "app.py.orig", "app.py.rej"):
        (says_bye / left).write_text("old\n")
    with (says_bye / bench.WORDS).open("r+b") as words:
        content = words.read()
        words.seek(0)
        words.write(b"\xef\xbb\xbf" + content)
    path = bench.write(own_toy, "knock", "says_bye", says_bye)
    assert path.read_text(encoding="utf-8").startswith("It says")
    assert bench.find(own_toy, "knock", "says_bye").patch.files == {"greeting.py"}


@pytest.mark.parametrize(
    "mark", ["<<<<<<< solution", "||||||| former", ">>>>>>> says_bye", ">>>>>>>"]
)
def test_a_mark_that_is_left_of_a_conflict_is_refused(own_toy, says_bye, mark):
    (says_bye / "notes.md").write_text(f"Heading\n=======\n\n{mark}\n")
    with pytest.raises(HooklabError, match=r"a conflict is left in notes\.md:4"):
        bench.write(own_toy, "knock", "says_bye", says_bye)


def test_the_line_below_a_heading_is_no_conflict(own_toy, says_bye):
    (says_bye / "notes.md").write_text("Heading\n=======\n")
    assert bench.write(own_toy, "knock", "says_bye", says_bye).is_file()
