"""The people and organizations that the demo's orders meet."""

from typing import NamedTuple


class Extra(NamedTuple):
    """An organization beside the real companies' own; ages in days."""

    ref: str
    name: str
    admins: tuple[str, ...]
    users: tuple[str, ...] = ()
    kind: str = "customer"
    origin: str = "direct"
    age: int = 900
    active: int = 1
    unlisted: bool = False


OPERATOR = "operator@homeport.test"  # signs in to the console

# ref, name, domain
PARTNERS = [
    ("partner-1", "Northgate Cloud Partners", "northgate.test"),
    ("partner-2", "Blue Harbor Consulting", "blueharbor.test"),
    ("partner-3", "Systemhaus Lindner GmbH", "lindner.test"),
    ("partner-4", "Telecom Resellers Ltd", "tr-group.test"),
    ("partner-5", "株式会社みらいクラウド", "mirai.test"),
    ("partner-6", "Soluções Andrade S.A.", "andrade.test"),
]

# Small businesses at shared mail providers; several begin alike.
SMALL = [
    ("Bluebird Bakery", "bluebird.bakery@gmail.com"),
    ("Blueberry Farm", "blueberryfarm@gmail.com"),
    ("Bluebell Flowers LLC", "bluebell.flowers@gmail.com"),
    ("Blue Bay Dental", "bluebaydental@gmail.com"),
    ("Autohaus Krause", "autohaus.krause@web.de"),
    ("Autoglas Krämer e.K.", "autoglas-kraemer@web.de"),
    ("Boulangerie Petit", "boulangerie.petit@orange.fr"),
    ("Greenfield Yoga", "greenfield.yoga@outlook.com"),
    ("Green Leaf Garden Care", "greenleaf.gardens@outlook.com"),
    ("Harper Photography", "harperphoto@yahoo.com"),
]

CAST = [
    # Somebody who is a full admin of exactly one organization, and somebody of several.
    Extra("boeing-defense", "Boeing Defense", ("dana.whitfield@boeing.com",)),
    Extra("deere-europe", "Deere Europe GmbH", ("lena.brandt@johndeere.com",), active=2),
    Extra("deere-parts", "Deere Parts", ("lena.brandt@johndeere.com",), origin="online"),
    # A user who is no administrator.
    Extra(
        "fedex-ground",
        "FedEx Ground",
        ("paula.reed@fedex.com", "martin.cole@fedex.com"),
        ("sam.ortega@fedex.com", "joy.lane@fedex.com"),
        active=3,
    ),
    # A trial that was left, and one that is in use, of the same company.
    Extra(
        "hershey-trial",
        "The Hershey Co.",
        ("old.trial@thehersheycompany.com",),
        origin="trial",
        age=1_100,
        active=0,
    ),
    # The same company under a name that begins otherwise.
    Extra(
        "ibm-long",
        "International Business Machines Corporation",
        ("grace.hall@ibm.com", "victor.lang@ibm.com"),
        ("ida.wolf@ibm.com",),
        active=4,
    ),
    # A relative's domain: the same label under another public suffix, and a subdomain.
    Extra("netflix-de", "Netflix Services Germany GmbH", ("k.vogt@netflix.de",)),
    # Never suggested to anybody; it still maps for its own full admin.
    Extra("xerox-lab", "Xerox Research Lab", ("director@xerox.com",), unlisted=True),
    # Two of its three admins are asked by an order that waits.
    Extra("nike-retail", "Nike Retail", ("ruth.king@nike.com", "owen.shaw@nike.com"), active=2),
    # Nobody to ask.
    Extra("whirlpool-lab", "Whirlpool Test Kitchen", (), ("cook@whirlpoolcorp.com",), age=300),
]
