"""What a window must do: everything that the trusted side reads of an answer is read here."""

from functools import partial

from hooklab.grading.page import read_page


def a_word(lab):
    return "word" + "".join(lab.random.choices("abcdefghij", k=10))


def test_it_opens(lab):
    lab.app.get("/").expect("2xx")


def test_a_page_shows_the_word(lab):
    word = a_word(lab)
    answer = lab.app.get(f"/page?word={word}").expect("2xx")
    heading = read_page(answer.text).find(role="heading")
    lab.require(heading.text == word, en="the word", fr="le mot", got=heading.text)


def test_the_log_tells_the_word(lab):
    word = a_word(lab)
    lab.app.get(f"/log?word={word}").expect("2xx")
    found = [line for line in lab.logs.lines if line.get("word") == word]
    lab.require(found, en="a JSON line", fr="une ligne JSON", got=lab.logs.text)


def test_a_file_holds_the_word(lab):
    word = a_word(lab)
    lab.app.get(f"/file?word={word}").expect("2xx")
    lab.require(lab.files.containing(word), en="a file", fr="un fichier", got=lab.files.names())


def test_a_row_holds_the_word(lab):
    word = a_word(lab)
    lab.app.get(f"/row?word={word}").expect("2xx")
    lab.db.expect_row("thing", {"word": word}, number=1)


def test_a_row_is_there(lab):
    lab.app.get(f"/row?word={a_word(lab)}").expect("2xx")
    lab.db.expect("thing", 1)


def test_many_rows_cost_little(lab):
    rows = [{"word": a_word(lab), "number": number} for number in range(1000)]
    lab.database.insert("thing", rows, times=100, apart="word")
    with lab.database.statements() as noted, lab.app.cost() as cost:
        found = lab.app.get("/count").expect("2xx").json
    lab.require(found == 100_000, en="their number", fr="leur nombre", got=found)
    lab.require(len(noted) == 1, en="one statement", fr="une requête", got=len(noted))
    # On a machine that counts nothing, the app's word is all that there is.
    megabytes = cost.bytes / 1e6
    lab.require(megabytes < 12, en="little memory", fr="peu de mémoire", got=f"{megabytes:.0f} MB")


def test_a_longer_list_costs_little_more(lab):
    rows = [{"word": a_word(lab), "number": number} for number in range(300)]
    lab.database.insert("thing", rows)

    def ask(limit):
        found = lab.app.get(f"/list?limit={limit}").expect("2xx").json
        asked.append(limit)
        wanted = [row["word"] for row in rows[:limit]]
        lab.require(found == wanted, en="the words", fr="les mots", got=found)

    asked, scans = [], lab.database.scans("thing")
    few, many = (partial(ask, limit) for limit in (lab.random.randrange(1, 4), 300))
    growth = lab.app.growth(few, many, most=2)
    lab.require(growth <= 2, en="a cheap list", fr="une liste légère", got=f"{growth:.1f} times")
    if scans is not None:
        lab.app.kill()
        scans = lab.database.scans("thing") - scans
        is_few = scans <= 2 * len(asked)
        lab.require(is_few, en="few scans", fr="peu de lectures", got=f"{scans} scans")


def test_the_newer_one_stays(lab):
    lab.app.get("/set?number=0").expect("2xx")
    older, newer = (partial(lab.app.later, "GET", f"/set?number={number}") for number in (1, 2))
    for answer in lab.overtaken(older, by=newer):
        answer.expect("2xx")
    lab.db.expect_row("counter", {"id": 1}, number=2)
