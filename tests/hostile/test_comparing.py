"""Fool the comparison: what an answer returns is only text by the time that it is compared.

HOSTILE techniques B: lying objects, odd numbers, odd rows, values that look at their caller.
"""

import pytest

from .answers import RIGHT, WINDOW_POINTS, WRONG, WRONG_POINTS, knock, window

LIAR = """
class Liar({base}):
    __class__ = str
    is_number = True
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    def __hash__(self): return 0
    def __contains__(self, item): return True
    def __rsub__(self, other): return self
    def __instancecheck__(self, kind): return True
return Liar({value})
"""

LAZY = """
import inspect
class Lazy(str):
    def __str__(self):
        for frame in inspect.stack():
            tell_canaries(repr(frame.frame.f_locals).encode())
            if "wanted" in frame.frame.f_locals:
                return frame.frame.f_locals["wanted"]
        return "Hello"
return Lazy("Hello")
"""

# By name: a body that returns a greeting, and what is said of it; "" is said of any greeting.
VALUES = {
    "a text equal to all": (LIAR.format(base="str", value="'Hello'"), "Hello"),
    "an int equal to all": (LIAR.format(base="int", value="1"), ""),
    "a list that holds all": (LIAR.format(base="list", value="['Hello']"), ""),
    "a dict equal to all": (LIAR.format(base="dict", value="{'a': 1}"), ""),
    "an object equal to all": (LIAR.format(base="object", value=""), ""),
    "a lazy text": (LAZY, "Hello"),
    "not a number": ("return float('nan')", ""),
    "minus zero": ("return -0.0", ""),
    "true": ("return True", ""),
    "a decimal": ("import decimal; return decimal.Decimal('1e400')", ""),
    "more digits than int reads": ("return 10 ** 4299 * 10", ""),
    "half a pair": ("return '\\ud800'", ""),
    "a deep list": ("deep = []\nfor _ in range(90_000): deep = [deep]\nreturn deep", ""),
    "a list in itself": ("loop = []; loop.append(loop); return loop", ""),
    "bytes": ("return bytes(range(256))", ""),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_lying_value_earns_what_its_text_earns(arena, name):
    payload, said = VALUES[name]
    found = arena.submit(knock(payload, when="value"))
    assert found.earned <= WRONG_POINTS
    assert found.checks["it_greets_by_name"]["earned"] == 0
    assert found.lost[0]["outcome"] == "not_earned"
    assert said in found.lost[0]["message"]


BODIES = {
    "not a number": b'{"greeting": NaN}',
    "endless": b'{"greeting": 1e999}',
    "digits": b'{"greeting": ' + b"9" * 5000 + b"}",
    "twice": b'{"greeting": "Hello", "greeting": "Hi"}',
    "deep": b'{"greeting": ' + b"[" * 100_000,
    "as deep as can be read": b'{"greeting": ' + b"[" * 970 + b"]" * 970 + b"}",
    "latin": b'{"greeting": "\xff\xfe"}',
    "half a pair": b'{"greeting": "\\ud800"}',
    "a pickle": b"cbuiltins\nprint\n(S'canary'\ntR.",
    "a wide text": '\ufeff{"greeting": "Hello"}'.encode("utf-16"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_no_json_earns_nothing_more(arena, name):
    payload = f"from fastapi import Response\nreturn Response({BODIES[name]!r})"
    files = knock(payload, when="value")
    app = str(files["app.py"]).replace('{"greeting": greet(name)}', "greet(name)")
    app = app.replace("-> dict[str, str]", "-> Response").replace(
        "import FastAPI", "import FastAPI, Response"
    )
    found = arena.submit({**files, "app.py": app})
    assert found.earned <= WRONG_POINTS
    assert found.checks["it_greets_by_name"]["outcome"] == "not_earned"


@pytest.mark.parametrize("value", [WRONG, RIGHT], ids=["wrong", "right"])
def test_what_is_changed_after_it_was_asked_for_changes_nothing(arena, value):
    payload = """
    import fastapi.routing
    for module in list(sys.modules.values()):
        for held in vars(module).values() if hasattr(module, "__dict__") else ():
            if type(held) is list and held and all(type(each) is str for each in held):
                held.append(held[0])
    """
    found = arena.submit(knock(payload, value=value))
    assert found.earned <= (WRONG_POINTS if value == WRONG else 2.5)


# By name: how the table is made and filled, and what is said of it.
ROWS = {
    "a date that is none": (
        "CREATE TABLE thing (word DATETIME, number INTEGER)",
        "INSERT INTO thing VALUES ('soon', 1)",
    ),
    "a deep document": (
        "CREATE TABLE thing (word TEXT, number JSON)",
        "INSERT INTO thing VALUES ('{word}', replace(hex(zeroblob(50000)), '0', '['))",
    ),
    "a number that is none": (
        "CREATE TABLE thing (word TEXT, number NUMERIC)",
        "INSERT INTO thing VALUES ('{word}', 'many')",
    ),
    "bytes that are no text": (
        "CREATE TABLE thing (word TEXT, number TEXT)",
        "INSERT INTO thing VALUES (CAST(x'fffe' AS TEXT), 1)",
    ),
    "a generated column": (
        "CREATE TABLE thing (word TEXT, number INTEGER AS (abs(-9223372036854775808)))",
        "INSERT INTO thing (word) VALUES ('{word}')",
    ),
    "a view of itself": (
        "CREATE VIEW thing AS SELECT * FROM thing",
        "SELECT 1",
    ),
    "a table of no columns that count": (
        'CREATE TABLE thing ("word" TEXT, "number" TEXT, "\x1b[2J" TEXT)',
        "INSERT INTO thing (word) VALUES ('{word}')",
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_row_that_cannot_be_read_is_not_earned(arena, name):
    create, fill = ROWS[name]
    routes = f"""
    @app.get("/row")
    def row(word: str) -> str:
        import sqlite3
        with sqlite3.connect(database) as connection:
            for statement in ({create!r}, {fill!r}.replace("{{word}}", word)):
                attempt_quietly(connection.execute, statement)
        return "done"

    def attempt_quietly(function, *arguments):
        try:
            function(*arguments)
        except sqlite3.Error:
            pass
    import sqlite3
    """
    found = arena.submit(window(routes), "window", ("it_opens", "a_row_holds_the_word"))
    found.assert_lost(earned=WINDOW_POINTS)
