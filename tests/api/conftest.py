"""One of the seller's systems, with a token."""

import json
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from provisioning import tokens
from tests.support.cast import Stage

HERE = "http://homeport.test"


class System:
    """A program of the seller's: it sends JSON and shows a token."""

    def __init__(self, app: Flask, token: str) -> None:
        self.http, self.token = app.test_client(use_cookies=False), token

    def __call__(
        self, method: str, path: str, body: Any = None, status: int = 200, **headers: str
    ) -> Any:
        """What is answered, as JSON; of another status it fails."""
        answer = self.send(method, path, body, **headers)
        assert answer.status_code == status, answer.text
        return json.loads(answer.text) if answer.text else None

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """The answer as it is. Bytes are sent as they are, anything else as JSON."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        kind = {"Content-Type": "application/json"} if data is not None else {}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        shown = {"Authorization": f"Bearer {self.token}"}
        return self.http.open(
            f"/api/v1{path}",
            method=method,
            base_url=HERE,
            data=data,
            headers={**shown, **kind, **named},
        )


@pytest.fixture
def stage(app) -> Stage:
    return Stage(app)


@pytest.fixture
def system(app) -> System:
    """A system that may do everything."""
    return System(app, tokens.make("erp", tokens.SCOPES))


def order(number: str = "4711", **changed: Any) -> dict[str, Any]:
    """An order as a shop sends it."""
    line = {"sku": "MTG", "product": "Meetings", "quantity": 25}
    return {"number": number, "contact_email": "nora@acme.com", "lines": [line], **changed}
