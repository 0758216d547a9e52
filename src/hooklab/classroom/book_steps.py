"""Bringing a gradebook to this version: which steps there are, and which it has taken."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from hooklab.classroom.book_address import shown_address
from hooklab.errors import HooklabError
from hooklab.texts import _

VERSION_TABLE = "gradebook_version"
_MIGRATIONS = Path(__file__).parent / "migrations"


def is_current(connection: Connection, address: str, *, is_new: bool) -> bool:
    """Whether the gradebook is of this version; HooklabError when it can never be.

    Args:
        address: what it is called.
        is_new: whether it may be empty.
    """
    scripts = ScriptDirectory.from_config(_config(connection))
    opts = {"version_table": VERSION_TABLE}
    current = MigrationContext.configure(connection, opts=opts).get_current_revision()
    if current is None and (inspect(connection).get_table_names() or not is_new):
        raise HooklabError(
            _("{address} is no gradebook").format(address=shown_address(address)),
            _("name the one that hooklab class grade has made, or a new file"),
        )
    if current not in (None, *(each.revision for each in scripts.walk_revisions())):
        raise HooklabError(
            _("the gradebook {address} was written by a newer hooklab").format(
                address=shown_address(address)
            ),
            _("install that version: pip install --upgrade hooklab"),
        )
    return current == scripts.get_current_head()


def upgrade(connection: Connection) -> None:
    """Take the steps that the gradebook has not taken, in the transaction of `connection`."""
    command.upgrade(_config(connection), "head")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes.update(connection=connection, version_table=VERSION_TABLE)
    return config
