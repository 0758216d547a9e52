"""The authors' gate: everything that proves the content, behind `hooklab check`."""
