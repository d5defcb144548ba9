"""Words that somebody might type, send or import to make a page or a mail do something."""

# Each fits wherever a name does, and must be shown as it stands, as nothing but words.
ACCEPTED: dict[str, str] = {
    "one character": "x",
    "three hundred characters": "Ж" * 299 + "!",
    "punctuation": "!?&%$#*()'\"´`~^|\\/;,.-_=+",
    "a legal form": "GmbH",
    "from right to left": "شركة المثال (Acme) חברה בע״מ 123",
    "joined and invisible": "A\u200bc\u2060m\ufeffe می\u200cخواهم क\u094d\u200dष",
    "emoji": "👩\u200d👩\u200d👧\u200d👦 🇩🇪 ✔\ufe0f 👍🏽 𝔄 A\u0336c\u0323\u0307",
    "elements": "<script>alert(1)</script><img src=x onerror=alert(1)><svg/onload=alert(1)>"
    "<iframe srcdoc='<script>alert(1)</script>'><b hidden>",
    "ends of elements": "</title></textarea></bdi></strong></dd></p><script src=//evil.example/x>"
    "</script><style>*{display:none}</style><!--",
    "ends of attributes": "\"'><img src=//evil.example/x> \" onfocus=alert(1) autofocus x=\" ' "
    'style=background:url(//evil.example) "',
    "elements of a head": "<base href=//evil.example><meta http-equiv=refresh content='0;url="
    "//evil.example'><link rel=stylesheet href=//evil.example>",
    "entities": "&lt;img src=x onerror=alert(1)&gt; &#60;b&#62; &amp;amp; &nbsp; &bogus; %3Cb%3E",
    "scripts and htmx": 'x javascript:alert(1) <a href="javascript:alert(1)">x</a>'
    '<div data-hx-get="//evil.example" hx-on="load:alert(1)" data-hx-trigger=load>',
    "templates": "{{ 7*191 }} {{ config }} {% raw %} {# x #} ${7*191} #{7*191} <%= 7*191 %> "
    "{0.__class__} %(seller)s %(organization)s %s %d %n 100% {0} {name} %%",
    "a formula": "=cmd|' /C calc'!A0 @SUM(1+1)*cmd +1 -1",
    "links": "http://evil.example/a?b=c&d=e www.evil.example evil.example Booking.com B.V. "
    "https://user:pw@evil.example:8080/#x ftp://x.de //evil.com x@[evil.com]",
    "more links": "mailto:eve@evil.com eve@evil.com tel:+49301 \\\\evil.com\\x пример.рф www.x.de",
    "headers": "x Bcc: eve@evil.com Subject: x =?utf-8?q?=0d=0aBcc:_eve@evil.com?= =?u?b?YQ==?=",
    "statements": "'; DROP TABLE user_account; -- \" OR 1=1 \\'; \\0 ../../etc/passwd..\\..\\x.ini",
}  # fmt: skip

# What no name may hold, wherever it stands in it.
FORBIDDEN: dict[str, str] = {
    "NUL": "\0",
    "escape": "\x1b[31m",
    "delete": "\x7f",
    "next line": "\x85",
    "line feed": "x\nBcc: eve@evil.com",
    "carriage return and line feed": "x\r\nBcc: eve@evil.com\r\n\r\n<b>",
    "carriage return": "x\rx",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "right-to-left override": "\u202egpj.exe",
    "isolate": "\u2066x\u2069",
    "right-to-left mark": "\u200f",
    "Arabic letter mark": "\u061c",
    "no character": "\ufdd0",
    "no character of a higher plane": "\U0001ffff",
}
# Forms cannot hold these, files and command lines can.
HALVES = {"half a character": "\ud800", "the other half": "\udfff"}

BLANK = ("\u200b", "\u2060\u200b \u00ad", "\u3164", "\ufe0f")
TOO_LONG = {"one too many": "x" * 301, "a book": "x" * 65_536}
