"""The lists that the rules look things up in, each with its source and licence beside it."""

from pathlib import Path

_HERE = Path(__file__).parent


def text(filename: str) -> str:
    """The text of a list."""
    return (_HERE / filename).read_text(encoding="utf-8")


def lines(filename: str) -> frozenset[str]:
    """The entries of a list with one a line, without its comments."""
    return frozenset(
        line.strip()
        for line in text(filename).splitlines()
        if line.strip() and not line.startswith("#")
    )


def words(filename: str) -> frozenset[str]:
    """The entries of a list with several a line, without its comments."""
    return frozenset(word for line in lines(filename) for word in line.split())
