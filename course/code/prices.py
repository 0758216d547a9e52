"""Tell the tills and the web shop of every price that changes.

The lesson on several applications explains this file section by section. It is a sibling of that
exercise, not its answer: two receivers instead of three, threads, whole seconds for times.
"""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import httpx
from sqlalchemy.orm import aliased
from sqlmodel import Field, Session, SQLModel, col, exists, select
from standardwebhooks import Webhook

from hooklab.services import insert

RECEIVERS = ("tills", "web")


class Price(SQLModel, table=True):
    """What an article costs, and since which version of the price list."""

    article: str = Field(primary_key=True)
    cents: int
    version: int


class Notice(SQLModel, table=True):
    """A message that is owed to one receiver. Times are seconds."""

    id: int | None = Field(default=None, primary_key=True)
    receiver: str
    article: str
    message_id: str
    body: str
    due_at: int = 0
    is_taken: bool = False


# --8<-- [start:owe]
def reprice(session: Session, article: str, cents: int, version: int) -> bool:
    """Write a new price, and a notice to each receiver; False, and nothing, for an old one."""
    row = insert(session, Price).values(article=article, cents=cents, version=version)
    newer = row.on_conflict_do_update(
        index_elements=["article"],
        set_={"cents": row.excluded.cents, "version": row.excluded.version},
        where=col(Price.version) < row.excluded.version,
    )
    if session.exec(newer.returning(col(Price.article))).first() is None:
        return False
    id_ = f"price_{article}_{version}"
    body = write(id_, article, cents, version)
    for receiver in RECEIVERS:
        session.add(Notice(receiver=receiver, article=article, message_id=id_, body=body))
    return True


# --8<-- [end:owe]


# --8<-- [start:write]
def write(id_: str, article: str, cents: int, version: int) -> str:
    """The message: which one it is, what kind of news, how new, and no more data than needed."""
    data = {"article": article, "cents": cents}
    return json.dumps({"id": id_, "type": "price.changed", "version": version, "data": data})


# --8<-- [end:write]


# --8<-- [start:sign]
def headers(key: str, notice: Notice) -> dict[str, str]:
    """The headers of one attempt: the id stays, time stamp and signature are new."""
    now = datetime.now(UTC)
    return {
        "content-type": "application/json",
        "webhook-id": notice.message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(key).sign(notice.message_id, now, notice.body),
    }


# --8<-- [end:sign]


# --8<-- [start:turn]
def next_for(session: Session, receiver: str, now: int) -> Notice | None:
    """The next notice to `receiver`: due, and the oldest about its article."""
    older = aliased(Notice)
    has_older = exists().where(
        col(older.receiver) == col(Notice.receiver),
        col(older.article) == col(Notice.article),
        col(older.is_taken).is_(False),
        col(older.id) < col(Notice.id),
    )
    waiting = (col(Notice.receiver) == receiver, col(Notice.is_taken).is_(False), ~has_older)
    query = select(Notice).where(*waiting, col(Notice.due_at) <= now).order_by(col(Notice.due_at))
    return session.exec(query.limit(1)).first()


# --8<-- [end:turn]


# --8<-- [start:hand_over]
def is_taken(client: httpx.Client, url: str, key: str, notice: Notice) -> bool:
    """Send the notice once; whether the receiver has said yes."""
    try:
        # The text that was signed. With json=… httpx would write another one.
        answer = client.post(url, content=notice.body, headers=headers(key, notice))
    except httpx.HTTPError:
        return False
    return answer.is_success


# --8<-- [end:hand_over]


# --8<-- [start:side_by_side]
def run_all(rounds: list[Callable[[], int]]) -> int:
    """Run the rounds of all receivers at once; how many notices were sent in all."""
    with ThreadPoolExecutor(len(rounds)) as threads:
        running = [threads.submit(each) for each in rounds]
    # All have come back. result() raises what a round has raised: nothing is swallowed.
    return sum(each.result() for each in running)


# --8<-- [end:side_by_side]
