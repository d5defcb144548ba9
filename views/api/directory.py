"""The directory, one by one: organizations, their users, their subscriptions."""

from typing import Any

from matching.addresses import canonical
from matching.sentences import about
from provisioning import directory_sync as sync
from views.api import shapes
from views.api.operation import Call, Reply, operation
from views.visit import settings

SCOPES = ("directory",)


@operation(
    "PUT",
    "/organizations/{ref}",
    summary="Store an organization under its ref.",
    scopes=SCOPES,
    path=shapes.OrganizationPath,
    body=shapes.OrganizationFields,
    answers={200: shapes.Organization, 201: shapes.Organization},
)
def put_organization(call: Call) -> Reply:
    said = {**call.body.model_dump(), "ref": call.path.ref}
    row, is_new = sync.put_organization(sync.as_text(said))
    return _stored({**said, "name": row.name}, is_new)


@operation(
    "PUT",
    "/organizations/{ref}/users/{email}",
    summary="Store a user, and whether they are a full admin, whoever decided otherwise before.",
    scopes=SCOPES,
    path=shapes.UserPath,
    body=shapes.UserFields,
    answers={200: shapes.User, 201: shapes.User},
    refuses=("not-found",),
)
def put_user(call: Call) -> Reply:
    said = {
        **call.body.model_dump(),
        "organization_ref": call.path.ref,
        "email": call.path.email,
    }
    row, is_new = sync.put_user(sync.as_text(said), settings())
    return _stored({**said, "email": row.email}, is_new)


@operation(
    "DELETE",
    "/organizations/{ref}/users/{email}",
    summary="Take a user out of an organization, approved here or not.",
    scopes=SCOPES,
    path=shapes.UserPath,
    answers={204: None},
    refuses=("not-found",),
)
def delete_user(call: Call) -> Reply:
    with about("email"):
        email = canonical(call.path.email)
    sync.remove_user(call.path.ref, email)
    return Reply(204)


@operation(
    "PUT",
    "/organizations/{ref}/subscriptions/{number}",
    summary="Store a subscription under its number, whichever organization had it.",
    scopes=SCOPES,
    path=shapes.SubscriptionPath,
    body=shapes.SubscriptionFields,
    answers={200: shapes.Subscription, 201: shapes.Subscription},
    refuses=("not-found",),
)
def put_subscription(call: Call) -> Reply:
    said = {
        **call.body.model_dump(),
        "organization_ref": call.path.ref,
        "number": call.path.number,
    }
    _row, is_new = sync.put_subscription(sync.as_text(said))
    return _stored(said, is_new)


def _stored(said: dict[str, Any], is_new: bool) -> Reply:
    return Reply(201 if is_new else 200, said)
