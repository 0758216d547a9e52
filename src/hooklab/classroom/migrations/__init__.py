"""How gradebooks of earlier versions become one of this version: Alembic runs `versions`."""
