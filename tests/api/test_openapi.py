"""The description is valid and complete, and the page made of it is a page like any other."""

import re

from jsonschema_rs import validator_for
from schemathesis.specs.openapi.definitions import OPENAPI_31

from tests.support.page_client import PageClient
from views.api.operation import OPERATIONS
from views.api.problems import KINDS

UNDESCRIBED = {"openapi.json", "docs", "examples"}


def test_every_operation_there_is_is_described(app, system):
    said = system("GET", "/openapi.json")
    assert said["openapi"].startswith("3.1.")
    described = {
        (method.upper(), path) for path, methods in said["paths"].items() for method in methods
    }
    served = {
        (method, re.sub(r"<(\w+)>", r"{\1}", rule.rule.removeprefix("/api/v1")))
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/v1") and rule.rule.rpartition("/")[2] not in UNDESCRIBED
    }
    assert described == served


def test_it_is_a_description_by_the_rules_of_openapi(system):
    said = system("GET", "/openapi.json")
    rules = validator_for(OPENAPI_31)
    assert [str(error) for error in rules.iter_errors(said)] == []
    assert not rules.is_valid({**said, "paths": {"/orders": {"get": {"responses": 200}}}})


def test_every_reference_leads_to_a_schema_that_is_one(system):
    said = system("GET", "/openapi.json")
    text = system.send("GET", "/openapi.json").text
    schemas = said["components"]["schemas"]
    for name in set(re.findall(r"#/components/schemas/(\w+)", text)):
        validator_for({**schemas[name], "components": said["components"]})


def test_the_description_needs_no_token_and_neither_do_the_pages(app):
    answer = app.test_client().get("/api/v1/openapi.json", base_url="http://homeport.test")
    assert answer.status_code == 200
    client = PageClient(app)
    page = client.get("/api/v1/docs")
    for told in OPERATIONS:
        assert f"{told.method} {told.address}" in page
    assert {kind for kind in KINDS if page.one(f"#{kind}")} == set(KINDS)
    assert "Store many users" in page.follow("Commands to copy")
    outside = [
        e for e in page.select("[src], link[href]") if "//" in str(e.get("src") or e["href"])
    ]
    assert outside == []
