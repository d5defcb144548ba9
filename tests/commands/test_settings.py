"""A setting that nothing can start with is said in a sentence that names it."""

import pytest

import config


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PUBLIC_URL", "orders.example.com", "an address like https://orders.example.com"),
        ("PUBLIC_URL", "ftp://orders.example.com", "an address like"),
        ("PUBLIC_URL", "https://orders.example.com/shop", "an address like"),
        ("PUBLIC_URL", "http://[::1]:8000", "not an IPv6 one"),
        ("DATABASE_URL", "mysql://localhost/homeport", "postgresql://"),
        ("SELLER_NAME", "=?utf-8?q?Northwind?=", "SELLER_NAME holds =?"),
        ("SECRET_KEY", "short", "at least 16 characters"),
        ("SUPPORT_ADDRESS", "nobody", "takes an email address"),
        ("ORDER_QUESTIONS", "0", "a whole number above 0"),
        ("ORDER_QUESTIONS", "many", "a whole number above 0"),
        ("DISCLOSURE", "all", "bands or exact"),
    ],
)
def test_what_is_wrong_is_refused_at_the_start(tmp_path, name, value, says):
    with pytest.raises(config.WrongSetting) as refused:
        config.load({"INSTANCE_DIR": str(tmp_path), name: value})
    assert says in str(refused.value)
    assert name in str(refused.value)
