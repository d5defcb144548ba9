"""Addresses as nobody means them well: what each is kept as, or the words of its refusal."""

KEPT: tuple[str, ...] = (
    "a@xn--cme-7cd.com", "a@xn--fsqu00a.xn--0zwm56d", "a@xn--80ak6aa92e.com", "a@xn--fa-hia.de",
    "a@xn--strae-oqa.de", "a@xn--1ca.com", "a@xn--e-ufa.com", "a@b.c", "a@b.co", "a@1.com",
    "a@1.2.3.com", "a@1.1.1.com", "'a'@acme.com", "`a`@acme.com", "a!b!c@acme.com",
    "a%40b@acme.com", "a%0d%0abcc@acme.com", "a%00@acme.com", "{{7*7}}@acme.com", "a{b}@acme.com",
    "{%x%}@acme.com", "${x}@acme.com", "=cmd@acme.com", "+a@acme.com", "-a@acme.com",
    "--help@acme.com", "|cat@acme.com", "/etc/passwd@acme.com", "a'or'1'='1@acme.com",
    "#@acme.com", "~@acme.com", "*@acme.com", "?@acme.com", "$@acme.com", "&@acme.com",
    "^_`{|}~@acme.com", "!#$%&'*+/=?^_`{|}~-@acme.com", "a.b.c@acme.com", "a+b+c@gmail.com",
    "a.b.c@gmail.com", "a+@acme.com", "a_b@acme.com", "a-@acme.com", "a=b@acme.com", "1@acme.com",
    "0@0.com", "_dmarc@acme.com", "a@acme.test", "a@acme.example", "a@example.com", "a@acme.lan",
    "a@acme.home", "a@acme.corp", "a@acme.c0m", "a@acme.1com", "a@acme.museum", "a@acme.zip",
    "a@acme.xn--p1ai", "a!b@acme.com", "x=?a@acme.com", "a@xn--ke-gpa.com", "a@xn--e1a.com",
)  # fmt: skip
CHANGED: dict[str, str] = {
    "a@acme.com\t": "a@acme.com", "\x0ca@acme.com": "a@acme.com",
    "a@l\xb7l.cat": "a@xn--ll-0ea.cat", "a@\u03c3\u03c2.gr": "a@xn--3xab.gr",
    "a@\u03a3.gr": "a@xn--4xa.gr", "a@fa\xdf.de": "a@xn--fa-hia.de", "a@FASS.de": "a@fass.de",
    "a@i\u0307.com": "a@xn--i-9bb.com", "a@\u0430cme.com": "a@xn--cme-5cd.com",
    "a@\u0440aypal.com": "a@xn--aypal-uye.com", "a@\u0430\u0441me.com": "a@xn--me-6kc2e.com",
    "a@XN--FSQU00A.XN--0ZWM56D": "a@xn--fsqu00a.xn--0zwm56d",
    "a@Xn--MnChEn-3yA.de": "a@xn--mnchen-3ya.de", "a@\u05d0\u05d1.co.il": "a@xn--4dbc.co.il",
    "a@\u05d01.com": "a@xn--1-zhc.com", "a@e\u0301.com": "a@xn--9ca.com",
    "a@\xe9.com": "a@xn--9ca.com", "a@\u0627\u0661.com": "a@xn--mgb0j.com",
    "a@\u30a2\u30fb.com": "a@xn--cckzj.com",
    "a@\u4f8b\u5b50.\u6d4b\u8bd5": "a@xn--fsqu00a.xn--0zwm56d",
    "a@\ud55c\uae00.kr": "a@xn--bj0bj06e.kr", "a@\u1112\u1161\u11ab.kr": "a@xn--6q8b.kr",
    "-oQ/tmp@acme.com": "-oq/tmp@acme.com", "A.B+C@ACME.COM": "a.b+c@acme.com",
    "a@acme.\u0440\u0444": "a@acme.xn--p1ai", "a@acme.com\r": "a@acme.com",
    "a@acme.com\r\n": "a@acme.com", "\xa0a@acme.com\xa0": "a@acme.com",
    "  A@Acme.COM  ": "a@acme.com", "a@stra\xdfe.de": "a@xn--strae-oqa.de",
    "a@STRASSE.de": "a@strasse.de", "a@mu\u0308nchen.de": "a@xn--mnchen-3ya.de",
    "a@M\xdcNCHEN.DE": "a@xn--mnchen-3ya.de",
    "A.B%c@M\xdcNCHEN.DE": "a.b%c@xn--mnchen-3ya.de",
}  # fmt: skip
REFUSED: dict[str, tuple[str, ...]] = {
    "address is missing": (
        "", " ", "\t\r\n",
    ),
    "control character": (
        "\x0ba@acme.com", "a@acme.com\x0b", "a@acme.com\u2028", "a@acme.com\u2029",
        "a@acme.com\x1c", "\x7fa@acme.com", "a@acme.com\x9f", "a@acme.com\nb@acme.com",
        "a\x00@acme.com", "a@acme.com\x00", "\x00a@acme.com", "a@acme\x00.com",
        "a@acme.com\r\nBcc: b@c.com", "a\r\n@acme.com", "a@acme.com\nRCPT TO:<b@c.com>",
        "a@acme.com\r\n.\r\nMAIL", "a@acme.com\x1b[31m", "a@ac\tme.com", "a\tb@acme.com",
        "\ud800@acme.com", "a@\ud800.com", "a@\ud83d\ude00.com", "a@acme.com\udfff",
    ),
    "invisible character": (
        "a\u034f@acme.com", "a@acme.com\u2060", "a@ac\u200cme.com", "a@ac\u200dme.com",
        "a@ac\u2066me.com", "a@ac\u061cme.com", "a@acme.com\u3164", "a@acme.com\u2800",
        "a@ac\U000e0041me.com", "a@ac\ufff9me.com", "a@ac\u180eme.com", "a\u115fb@acme.com",
        "a@\u2764\ufe0f.com", "a@\u0915\u094d\u200d\u0937.com",
        "a@\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.com", "a\xad@acme.com", "a@ac\u200bme.com",
        "a@acme.com\u202e", "\ufeffa@acme.com", "a@ac\ufe0fme.com",
    ),
    "looks like": (
        "\uff41@acme.com", "a@acme\uff61com", "a\ufe6bacme.com", "a@\u24d0cme.com",
        "a@ac\u2126e.com", "a@acme\u2024com", "a@acme.\uff43om", "\U0001d41a@acme.com",
        "a@acme.\u2102om", "a@ac\u2460me.com", "a@\xaacme.com", "a@acm\xb2.com",
        "a@\u01c6acme.com", "a@\ufb00.com", "a@\u017fs.de", "a@\u0131.com", "a@\u0130.com",
        "a@\u4f8b\u5b50\u3002\u6d4b\u8bd5", "a@acme\u3002com", "a@\uff21cme.com",
        "\u212a@acme.com", "k@\u212aelvin.com", "\u017fam@acme.com", "\ufb01@acme.com",
        "\xb5@acme.com", "\u1e9e@acme.com", "m\u0131ke@acme.com", "a@m\u0131ke.com",
        "a@\u212bngstrom.com", "a@\u1e9e.de", "a\uff20acme.com", "a@acme\uff0ecom",
    ),
    "has no @": (
        "undisclosed-recipients:;", "a%40acme.com", "a&commat;acme.com", "a&#64;acme.com",
        "acme.com",
    ),
    "quotation marks": (
        "\"Anna\" <a@acme.com>", "\"a\"@acme.com", "\"a b\"@acme.com", "\"a\\\"b\"@acme.com",
        "\"\"@acme.com", "\"a@b\"@acme.com", "a.\"b\"@acme.com",
    ),
    "angle brackets": (
        "<a@acme.com>", "Anna <a@acme.com>", "<@gw.example:a@acme.com>",
        "<script>alert(1)</script>@acme.com", "a@<b>acme</b>.com", "a@acme.com<script>",
    ),
    "comment": (
        "a@acme.com (Anna)", "(c)a@acme.com", "a(c)@acme.com", "a@(c)acme.com", "%(x)s@acme.com",
    ),
    "two addresses": (
        "a@acme.com,", "a@acme.com;", "a@acme.com, b@acme.com", "a@acme.com b@acme.com",
        "a@@acme.com", "a@b@c.com", "a@acme.com@", "@a@acme.com", "a\\@b@acme.com",
        "group:a@acme.com;", "group: a@acme.com, b@acme.com;", "a,b@acme.com", "a;b@acme.com",
        "@gw.example:a@acme.com", "a%evil.example@acme.com", "evil.example!a@acme.com",
        "a@acme.com?cc=b@c.com", "mailto:a@acme.com?bcc=b@c.com", "a@acme&period;com",
        "a@acme.com&lt;", "a.b!c@acme.com", "a%b%evil.example@acme.com",
        "other%[1.2.3.4]@acme.com",
    ),
    "contains a space": (
        "\u2003a@acme.com", "\u3000a@acme.com", "Anna a@acme.com", "a@acme.com' or 1=1",
        "a @acme.com", "a@ acme.com", "a@acme .com", "a@acme. com", "a\xa0@acme.com",
        "a\u2009b@acme.com", "a\u3000b@acme.com", "a\u1680b@acme.com",
    ),
    "Nothing stands before": (
        "@acme.com", "@",
    ),
    "Nothing stands after": (
        "a@",
    ),
    "letters a to z": (
        "\u0430@acme.com", "\U0001f600@acme.com", "\xe4@acme.com", "a\u0301@acme.com",
        "\u4f60@acme.com", "\u0161@acme.com", "\xdf@acme.com", "\u0391@acme.com",
    ),
    "wrong place": (
        "a\\b@acme.com", "[a]@acme.com", "a[b@acme.com", "a:b@acme.com", "mailto:a@acme.com",
        "MAILTO:a@acme.com", "smtp:a@acme.com", "http://a@acme.com", "../a@acme.com",
        "a..b@acme.com", ".a@acme.com", "a.@acme.com", ".@acme.com", "..@acme.com",
        "=?utf-8?q?bob?=@acme.com", "=?UTF-8?B?Ym9i?=@acme.com",
    ),
    "A number stands": (
        "a@1.2.3.4", "a@[1.2.3.4]", "a@[IPv6:::1]", "a@2130706433", "a@127.1",
    ),
    "has no dot": (
        "a@acme\xb7com", "a@xn--aaaa", "a@::1", "a@0x7f000001", "a@com", "a@acme%2ecom",
    ),
    "local network": (
        "a@acme.local", "a@acme.LOCAL", "a@acme.internal", "a@acme.localhost",
        "a@localhost.localdomain", "a@acme.onion", "a@acme.invalid", "a@1.0.0.127.in-addr.arpa",
    ),
    "not a domain": (
        "a@ac\ufdd0me.com", "a@ac\U0001fffeme.com", "a@acm\u212e.com", "a@\u0345.com",
        "a@xn--.com", "a@xn--a.com", "a@xn--a-.com", "a@xn--fass-.de", "a@xn--0.com",
        "a@xn--ls8h.la", "a@\U0001f4a9.la", "a@\u2764.com", "a@ac\U0001f600me.com",
        "a@xn--acme.com", "a@ab--cd.com", "a@-.com", "a@a-.com", "a@--.com", "a@a.-b.com",
        "a@1\u05d0.com", "a@\u0301a.com", "a@\u30fb.com", "a@0x7f.0.0.1", "a@.com", "a@com.",
        "a@acme.com..", "a@acme.com%evil.example", "a@acme.com!evil", "a@acme.com/evil",
        "a@acme.com?subject=x", "a@acme.com#x", "a@acme.com:25", "a@acme.com\\evil",
        "a@acme.com&b", "a@acme.com%00", "a@{{7*7}}.com", "a@acme_x.com", "a@_acme.com",
        "a@acme.com1", "a@acme.123", "a@acme..com", "a@ac_me.com", "a@xn--ab-g1t.com",
        "a@xn--ab-m1t.com", "a@xn--i-3wn.com", "a@xn--b-yq0i.com", "a@xn--n-sy8h.com",
        "a@xn--am-4va.com", "a@xn--ab-g4t.com", "a@xn--ab-5da.com", "a@xn--b-5da.com",
        "a@xn--x-uum.com", "a@xn--ab-8tb.com", "a@xn--ab-r13a.com", "a@xn--a-iv3s.com",
        "a@xn--a-pib.com", "a@xn--mgba3gch31f060k.com",
    ),
}  # fmt: skip

_LONG_LABEL = "b" * 63
_HOST_OF_189 = ".".join([_LONG_LABEL, _LONG_LABEL, "c" * 57 + ".com"])
KEPT += (
    "a" * 64 + "@acme.com",
    f"a@{_LONG_LABEL}.com",
    "a" * 64 + f"@{_HOST_OF_189}",
)
REFUSED["too long"] = (
    "a" * 65 + "@acme.com",
    "a" * 65 + f"@{_HOST_OF_189}",
    "a" * 64 + f"@b{_HOST_OF_189}",
    "a" * 64 + "@" + "b." * 100 + "com",
    "a" * 255,
    "a@" + "\xfc" * 253,
    " " * 1001 + "a@acme.com",
    "a@acme.com" + "\0" * 5000,
)
REFUSED["not a domain"] += (
    f"a@b{_LONG_LABEL}.com",
    "a@" + "\xfc" * 60 + ".com",
    "a@" + ".".join(["\xfc" * 15] * 12),
)

# Every one that is taken, and its canonical form.
ACCEPTED = {address: address for address in KEPT} | CHANGED
# Every one that is not, once.
NOT_ACCEPTED = [address for addresses in REFUSED.values() for address in addresses]
