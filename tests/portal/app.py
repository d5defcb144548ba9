"""A portal of another company: whoever is signed in sees their orders and sets them up."""

import json
import os
import urllib.request
from urllib.error import HTTPError

from flask import Flask, abort, redirect

HOMEPORT, TOKEN = os.environ["HOMEPORT"], os.environ["TOKEN"]
ORDERS = {"nora": ["4711"]}  # yours: who may set up which orders
app = Flask(__name__)


def signed_in():
    """Yours: who uses this browser."""
    return "nora"


@app.get("/")
def orders():
    forms = "".join(
        f'<form action="/orders/{number}/set-up" method="post">'
        f"<button>Set up order {number}</button></form>"
        for number in ORDERS[signed_in()]
    )
    return f"<!doctype html><html lang=en><title>Orders</title><h1>Orders</h1>{forms}"


@app.post("/orders/<number>/set-up")
def set_up(number):
    if number not in ORDERS[signed_in()]:
        abort(404)
    ask = urllib.request.Request(
        f"{HOMEPORT}/api/v1/orders/{number}/links",
        method="POST",
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    try:
        with urllib.request.urlopen(ask, timeout=10) as answer:
            return redirect(json.load(answer)["url"], 303)
    except HTTPError as refused:
        problem = json.load(refused)
        return f"Order {number} cannot be set up: {problem['title']}", refused.code
