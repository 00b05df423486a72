"""The ledger as `spanhold status` prints it: tables of counts, one row an account, the difference last."""

from __future__ import annotations

# The first word of a table's heading, and so of what its rows are.
BALANCING = ("PIPELINE", "LANE")


def rows(page: str) -> list[dict[str, str]]:
    """All rows of the tables that balance; a row has its table's column names as keys."""
    found: list[dict[str, str]] = []
    columns: list[str] = []
    for line in page.splitlines():
        # Columns stand two or more spaces apart, their names have single ones.
        cells = [cell.strip() for cell in line.split("  ") if cell.strip()]
        if cells and cells[0] in BALANCING:
            columns = cells
        elif len(cells) != len(columns):
            columns = []
        elif columns:
            found.append(dict(zip(columns, cells, strict=True)))
    return found


def unsettled(page: str) -> list[str]:
    """The rows that do not balance, or that still hold spans: none when the daemon is at rest."""
    return [str(row) for row in rows(page) if (row["difference"], row["held"]) != ("0", "0")]
