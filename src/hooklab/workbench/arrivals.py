"""What the services of the outside world have received, as entries."""

from typing import Any

from hooklab.workbench.timeline import Kind, clipped
from hooklab.world import Call, Command, Mail

# A command with a long value is known by its beginning.
MOST_WORDS = 12
LONGEST_WORD = 200


def entry_of(service: str, record: object) -> tuple[Kind, dict[str, Any]] | None:
    """The kind and the data of an entry for `record`.

    None for what comes inside something else: a message of Slack's is the body of a call.
    """
    match record:
        case Mail():
            return "mail", {
                "to": list(record.to),
                "sender": record.sender,
                "subject": record.subject,
                "text": clipped(record.text),
                "html": clipped(record.html),
                "headers": [list(pair) for pair in record.headers],
                "accepted": record.accepted,
            }
        case Call():
            return "call", {
                "service": service,
                "method": record.method,
                "path": record.path,
                "query": record.query,
                "headers": record.headers,
                "body": clipped(record.body.decode("utf-8", "replace")),
                "status": record.status,
                "done": record.done,
            }
        case Command():
            words = [word.decode("utf-8", "replace") for word in record.words[:MOST_WORDS]]
            shown = [word[:LONGEST_WORD] for word in words]
            return "redis", {"words": shown, "accepted": record.done}
    return None
