"""Sending the directory's files as a browser does, and doing what waits."""

import io
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from provisioning import upload_files, upload_runs
from tests.support.cast import Stage
from tests.support.page_client import Page, PageClient

ORGANIZATIONS = "ref,name,kind,origin,created_on,last_active_on,unlisted,managed_by\n"
ACME = "acme,The Acme Corporation,customer,direct,2020-03-01,2026-01-02,0,\n"
USERS = "organization_ref,email,full_admin,name\n"
PEOPLE = USERS + "acme,ann@acme.com,1,Ann\nacme,bob@acme.com,0,\n"


def sent(
    client: PageClient, address: str, names: Mapping[str, str] = {}, **files: str | bytes
) -> Any:
    """The answer to files that are sent to the address of a form."""
    data = {
        kind: (io.BytesIO(content if isinstance(content, bytes) else content.encode()),
               names.get(kind, f"{kind}.csv"))
        for kind, content in files.items()
    }  # fmt: skip
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}
    answer = client.http.post(
        address,
        base_url=client.base_url,
        data={**data, "csrf_token": "x"},
        content_type="multipart/form-data",
        headers=headers,
    )
    answer.request.input_stream.close()  # a large one is a file
    return answer


def send(client: PageClient, status: int = 200, **files: Any) -> Page:
    """Open the form, choose files, press the button; the page that follows."""
    address = str(client.get("/console/import").one("main form")["action"])
    answer = sent(client, address, **files)
    if answer.status_code == 303:
        assert status == 200
        return client.get(answer.headers["Location"])
    assert answer.status_code == status, answer.text
    return Page(client, address, answer, False, frozenset(), f"POST {address}")


def bring_in(stage: Stage) -> int:
    return upload_runs.bring_in(stage.settings)


def folders(stage: Stage) -> Iterator[Path]:
    return (path for path in upload_files.place(stage.settings).iterdir() if path.is_dir())


def beside(stage: Stage) -> dict[str, str]:
    """For programs beside this one: the same database, folder and keys."""
    said = stage.settings
    names = ("database_url", "instance_dir", "secret_key", "public_url")
    return os.environ | {name.upper(): str(getattr(said, name)) for name in names}
