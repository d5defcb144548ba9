"""The operator's console: plain pages without any script, one module for each group of them.

To add a page:

1. Write its view in a module of this package, under `@pages.get("/things")` and
   `@needs("viewer")`, or `@needs("operator")` where it changes something (both from frame.py). The
   view gets the signed-in `Operator` first, as `me`.
2. Import the module at the end of this file. The navigation links to the endpoints that
   `frame.NAVIGATION` names as soon as they exist: call the view of a list as it is named there.
3. Before personal data is shown call `auditing.looked(me.email, kind, ref)`, and make each change
   inside `with auditing.did(me.email, what, kind, ref, why):`.
   What an address asks for is read by `frame.said`, and `frame.older` leads on in a list.
4. Its template stands in partials/console/, extends "console/_layout.html" and is answered by
   `frame.answer(me, "console/things.html", ...)`; macros for lists, filters, pages of a list and
   actions with a reason are in console/_parts.html, tables of orders, letters and the like in
   console/_lists.html, and the form of such an action is `Because` (views/forms.py).
5. Its tests stand in tests/console/: the fixtures `operator` and `viewer` are signed in.
   tests/console/test_audited.py has to know how to come to it, as have the lists that every page
   is on: tests/trust/test_swaps.py, tests/browser/places_console.py, tests/pages/test_headers.py,
   tests/pages/test_words.py, tests/pages/test_cross_site.py.
"""

from views.console import access as access
from views.console import actions as actions
from views.console import audit as audit
from views.console import imports as imports
from views.console import mail as mail
from views.console import matcher as matcher
from views.console import order as order
from views.console import orders as orders
from views.console import organization as organization
from views.console import organizations as organizations
from views.console import overview as overview
from views.console import sign_in as sign_in
from views.console import webhooks as webhooks
from views.console.frame import pages as pages
