"""A short game of `make chaos`: a few kills, and the books are in order."""

from tests.chaos.play import play


def test_a_few_kills_lose_and_repeat_nothing(app, database_url, tmp_path):
    # In the end it waits for the leases of those that were killed: half as long as usual.
    outcome = play(database_url, tmp_path, kills=8, most_seconds=20, seed=7, margin=15)
    assert outcome.mistakes == []
    assert sum(outcome.kills.values()) == 8
    assert outcome.orders
    assert outcome.mails >= outcome.orders
