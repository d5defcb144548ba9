"""The same key and body: one act, and the same answer byte for byte, whenever it is asked again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app import create_app
from provisioning import idempotency, tokens
from records import clock
from records.database import connection
from records.tables import ApiAnswer, ApiToken, Order
from tests.api.conftest import System, order
from tests.support.cast import told

KEY = {"Idempotency_Key": "checkout-1"}


def test_an_answer_is_repeated_byte_for_byte_by_another_process_too(app, system, tmp_path):
    first = system.send("POST", "/orders", order(), **KEY)
    Order.update(status="launched").execute()
    settings = app.config["SETTINGS"]
    other = System(
        create_app(
            {
                "DATABASE_URL": settings.database_url,
                "SECRET_KEY": settings.secret_key,
                "PUBLIC_URL": settings.public_url,
                "INSTANCE_DIR": str(tmp_path),
            }
        ),
        system.token,
    )
    again = other.send("POST", "/orders", order(), **KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.data == first.data
    assert again.headers["Location"] == first.headers["Location"]
    assert again.mimetype == first.mimetype
    assert told(Order.get()) == ["placed"]


def test_a_refusal_is_repeated_as_well(system):
    system("POST", "/orders", order(), 201)
    first = system.send("POST", "/orders", order(), **KEY)
    Order.update(number="other").execute()
    again = system.send("POST", "/orders", order(), **KEY)
    assert (first.status_code, again.status_code) == (409, 409)
    assert again.data == first.data
    assert again.mimetype == "application/problem+json"
    assert Order.select().count() == 1


def test_a_key_that_was_used_for_something_else_is_refused(app, system):
    system("POST", "/orders", order(), 201, **KEY)
    assert system("POST", "/orders", order("2"), 422, **KEY)["type"].endswith("#key-reused")
    other = System(app, tokens.make("other", ["orders"]))
    other("POST", "/orders", order("2"), 201, **KEY)  # another's keys are its own
    assert Order.select().count() == 2


def test_while_it_is_answered_the_same_question_is_a_conflict(system):
    system("POST", "/orders", order(), 201, **KEY)
    ApiAnswer.update(status=None, body="").execute()
    answer = system.send("POST", "/orders", order(), **KEY)
    assert answer.status_code == 409
    assert answer.json["type"].endswith("#in-flight")
    assert answer.headers["Retry-After"] == "1"


def test_who_ended_in_the_middle_left_nothing_and_is_followed_after_a_while(system):
    system("POST", "/orders", order("other"), 201, **KEY)
    long_ago = clock.now() - 2 * idempotency.PATIENCE
    asked = ApiAnswer.get().request
    ApiAnswer.update(status=None, body="", begun_at=long_ago).execute()
    Order.update(number="away").execute()
    system("POST", "/orders", order("other"), 201, **KEY)
    assert ApiAnswer.get().request == asked
    assert Order.select().count() == 2


def test_who_was_followed_undoes_what_it_did(system):
    def slow() -> idempotency.Answer:
        ApiAnswer.update(holder="another").execute()
        Order.create(
            number="1", contact_email="a@b.example", contact_role="customer", expires_at=clock.now()
        )
        return idempotency.Answer(201, "{}")

    system("POST", "/orders", order("0"), 201, **KEY)
    token = ApiAnswer.get().token_id
    with pytest.raises(idempotency.Lost):
        idempotency.once(token, "k", "r", slow)
    assert [o.number for o in Order.select()] == ["0"]


def test_a_mistake_of_ours_is_no_answer(system):
    def failing() -> idempotency.Answer:
        raise RuntimeError("a mistake")

    system("POST", "/orders", order(), 201)
    with pytest.raises(RuntimeError):
        idempotency.once(ApiToken.get().id, "k", "r", failing)
    assert not ApiAnswer.select().exists()


def test_two_hundred_equal_requests_at_once_make_one_order(app, system):
    def send(_number: int) -> tuple[int, bytes]:
        with connection():
            answer = System(app, system.token).send("POST", "/orders", order(), **KEY)
            return answer.status_code, answer.data

    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(send, range(200)))
    assert {status for status, _said in answers} <= {201, 409}
    assert len({said for status, said in answers if status == 201}) == 1
    assert Order.select().count() == 1
    assert told(Order.get()) == ["placed"]


def test_answers_are_forgotten_after_thirty_days(app, system):
    system("POST", "/orders", order(), 201, **KEY)
    settings = app.config["SETTINGS"]
    assert idempotency.forget(settings) == 0
    ApiAnswer.update(begun_at=clock.now() - timedelta(days=30, seconds=1)).execute()
    assert idempotency.forget(settings) == 1
