"""What is delivered to the endpoint, and what shows that it was taken; for all files of checks."""

import json

from hooklab.sender import headers

MIB = 1024 * 1024


def ignored_event(lab):
    """An event that asks for nothing: only its signature matters."""
    data = {"id": lab.draw.id("org"), "object": "organization", "name": lab.draw.word()}
    return lab.clerk.other("organization.created", data)


def expect_accepted(lab, spell=lambda event: event, **knobs):
    """Fail unless a genuine delivery is accepted.

    One that asks for nothing comes first: signatures are graded before users are stored. An app
    that wrongly refuses types it does not know loses that check only, and is sent a sign-up here.
    """
    if not lab.deliver(spell(ignored_event(lab)), **knobs).ok:
        lab.deliver(spell(lab.clerk.user_created()), **knobs).expect("2xx")


def expect_stored(lab, event, *columns):
    """Fail unless the user of `event` stands in the table, with these columns as the event says.

    What else is in the row is the claim of another check.
    """
    said = {
        "email": event.email,
        "first_name": event.data["first_name"],
        "last_name": event.data["last_name"],
        "version": event.updated_at_ms,
    }
    wanted = {column: said[column] for column in columns}
    lab.db.expect_row("user", {"clerk_id": event.user_id}, **wanted)


def row_of(lab, event):
    """The row of the user of `event`; fails unless there is one."""
    return lab.db.expect("user", 1, clerk_id=event.user_id)[0]


def expect_unchanged(lab, row):
    """Fail unless `row`, of one user, is as it was."""
    lab.db.expect_row("user", {"clerk_id": row["clerk_id"]}, **row)


def sized(event, size):
    """`event` with a body of exactly `size` bytes, half of them in letters of two bytes."""
    payload = event.changed(padding="PADDING").payload
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    spare = size - len(text.replace("PADDING", "").encode())
    letters = spare // 4
    return event.with_body(text.replace("PADDING", "é" * letters + "x" * (spare - 2 * letters)))


def deliver_in_chunks(lab, event):
    """Deliver `event` as HTTP/1.1 may send any body: in chunks, without a Content-Length."""
    body = event.body.encode()
    parts = [body[at : at + 65536] for at in range(0, len(body), 65536)]
    wire = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (*parts, b""))
    signed = headers(event, event.body, lab.deliver.secret, lab.clock.now())
    label = f"{event.type} · {len(body) // MIB} MiB · Transfer-Encoding: chunked"
    return lab.app.request(
        "POST",
        "/webhooks/clerk",
        headers={**signed, "transfer-encoding": "chunked"},
        body=wire,
        label=label,
    )


def row_counts(lab):
    """How many rows each table has."""
    return {table: len(lab.db.rows(table)) for table in lab.db.tables()}
