"""What every test may ask for. Whatever uses `app` runs on SQLite and on PostgreSQL."""

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask

import config
from tests.support import databases, postgresql
from tests.support.compiled import Compiled
from tests.support.page_client import PageClient

# The same examples in every run, and no limit on time: machines are shared.
hypothesis.settings.register_profile("steady", deadline=None, derandomize=True)
hypothesis.settings.load_profile("steady")

PUBLIC_URL = "http://homeport.test"
TEMPLATES = Compiled()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first: at the end one worker would run it alone."""
    items.sort(key=lambda item: "tests/trust/" not in item.nodeid)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: looking through it for garbage takes a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:
    """With pytest-xdist, the process that starts the workers runs one server for all of them."""
    server = getattr(node.config, "_postgresql", None)
    if server is None:
        server = node.config._postgresql = postgresql.Server()
        node.config.add_cleanup(server.stop)
        server.start()
    node.workerinput["postgresql"] = server.url


@pytest.fixture(scope="session")
def postgresql_server(request) -> Iterator[str]:
    """URL of the server, without a database."""
    if hasattr(request.config, "workerinput"):
        yield request.config.workerinput["postgresql"]
        return
    server = postgresql.Server()
    try:
        yield server.start().url
    finally:
        server.stop()


@pytest.fixture(autouse=True, scope="session")
def no_settings_of_this_machine() -> Iterator[None]:
    """Tests say what they need; nothing is taken from the shell they are started in."""
    with pytest.MonkeyPatch.context() as patch:
        for name, _default, _meaning in config.described():
            patch.delenv(name, raising=False)
        yield


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On both databases, unless a module says on which: DATABASES."""
    if "database_url" in metafunc.fixturenames:
        kinds = getattr(metafunc.module, "DATABASES", ("sqlite", "postgresql"))
        metafunc.parametrize("database_url", kinds, indirect=True, scope="module")


@pytest.fixture(scope="module")
def database_url(request, tmp_path_factory) -> Iterator[str]:
    """A database of this module alone, migrated."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('database')}/homeport.db"
        with databases.migrated(url):
            yield url
        return
    server = request.getfixturevalue("postgresql_server")
    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    url = postgresql.create_database(server, name)
    try:
        with databases.migrated(url):
            yield url
    finally:
        postgresql.drop_database(server, name)


@pytest.fixture(scope="module")
def apps(database_url, tmp_path_factory) -> "Apps":
    return Apps(database_url, tmp_path_factory)


class Apps:
    """The applications of a module, one for each set of settings, because to make one takes time.

    Its configuration and its folder are as new for each test.
    """

    def __init__(self, database_url: str, folders: pytest.TempPathFactory) -> None:
        self._url, self._folders = database_url, folders
        self._made: dict[tuple[tuple[str, str], ...], tuple[Flask, Path, dict[str, Any]]] = {}

    def __call__(self, settings: dict[str, str]) -> Flask:
        from app import create_app  # here, so that tests of pure rules run whatever the pages are

        key = tuple(sorted(settings.items()))
        if key not in self._made:
            folder = self._folders.mktemp("app") / "instance"
            app = create_app(settings | {"DATABASE_URL": self._url, "INSTANCE_DIR": str(folder)})
            app.testing = True
            app.jinja_env.bytecode_cache = TEMPLATES
            self._made[key] = app, folder, dict(app.config)
        app, folder, config = self._made[key]
        app.config.clear()
        app.config.update(config)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return app


@pytest.fixture
def app(request, apps, database_url) -> Iterator[Flask]:
    """The application on an empty database, whose connection is open for the test's own queries.

    No context is pushed: requests made inside one would share its `g`, which hides mistakes.
    `@pytest.mark.settings(DISCLOSURE="exact")` lays settings over the usual ones.
    """
    settings = {"SECRET_KEY": "a secret for tests only", "PUBLIC_URL": PUBLIC_URL}
    for mark in reversed(list(request.node.iter_markers("settings"))):
        settings |= mark.kwargs
    app = apps(settings)
    with databases.emptied(database_url):
        yield app


@pytest.fixture
def client(app) -> PageClient:
    """A browser without JavaScript; PageClient(app) makes another person's."""
    return PageClient(app)
