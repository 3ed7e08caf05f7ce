"""Settings are read once, and a wrong one is named."""

from pathlib import Path

import pytest

from app.config import ConfigError, read_config


def test_everything_has_a_default_below_the_instance_folder():
    config = read_config({"LINSHENG_INSTANCE": "/srv/linsheng"})
    assert config.database_url == "sqlite:////srv/linsheng/linsheng.sqlite"
    assert config.key_file == Path("/srv/linsheng/vault.key")
    assert config.files == Path("/srv/linsheng/files")
    assert config.public_url == "http://localhost:8000"
    assert (config.secure_cookies, config.demo, config.code_roles) == (False, False, ())


def test_a_public_address_over_https_makes_cookies_secure():
    config = read_config({"LINSHENG_PUBLIC_URL": "https://survey.example/"})
    assert config.public_url == "https://survey.example"
    assert config.secure_cookies


def test_the_port_is_part_of_the_default_address():
    assert read_config({"PORT": "9001"}).public_url == "http://localhost:9001"


def test_the_hosts_answered_to_are_the_public_one_this_machine_and_those_named():
    this_machine = ("localhost", "127.0.0.1", "::1")
    assert read_config({}).hosts == this_machine
    settings = {
        "LINSHENG_PUBLIC_URL": "https://Survey.example:8443",
        "LINSHENG_HOSTS": "a.example, B.example",
    }
    assert read_config(settings).hosts == (
        "survey.example",
        *this_machine,
        "a.example",
        "b.example",
    )


def test_roles_with_a_second_factor_are_separated_by_commas():
    settings = {"LINSHENG_SECOND_FACTOR": "admin, head_office"}
    assert read_config(settings).code_roles == ("admin", "head_office")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("LINSHENG_PUBLIC_URL", "survey.example"),
        ("LINSHENG_PUBLIC_URL", "https://"),
        ("LINSHENG_DATABASE", "mysql://x"),
        ("LINSHENG_PROXIES", "-1"),
        ("LINSHENG_PROXIES", "one"),
        ("LINSHENG_PROXIES", ""),
    ],
)
def test_a_wrong_setting_is_named(name, value):
    with pytest.raises(ConfigError) as caught:
        read_config({name: value})
    assert caught.value.name == name


def test_no_proxy_is_trusted_unless_it_is_counted():
    assert read_config({}).proxies == 0
    assert read_config({"LINSHENG_PROXIES": "2"}).proxies == 2


def test_campaigns_begin_in_june_and_november_unless_other_months_are_set():
    assert read_config({}).months == (6, 11)
    assert read_config({"LINSHENG_MONTHS": "12, 5"}).months == (5, 12)
    assert read_config({"LINSHENG_MONTHS": ""}).months == ()
    for wrong in ("13", "0", "june", "6;11"):
        with pytest.raises(ConfigError, match="LINSHENG_MONTHS"):
            read_config({"LINSHENG_MONTHS": wrong})
