"""What a connection to MySQL asks of TLS where the url says nothing, and where it says whom to trust."""

import ssl

import pytest

from hffix.database.mysql_wire import Wire


def test_without_options_a_server_is_encrypted_to_and_nobody_is_verified_by_one_context_for_all() -> None:
    first, second = Wire(defer_connect=True), Wire(defer_connect=True)
    assert first.ctx is second.ctx
    assert (first.ctx.verify_mode, first.ctx.check_hostname) == (ssl.CERT_NONE, False)


def test_a_server_that_is_to_be_verified_has_a_context_that_verifies() -> None:
    verifying = Wire(defer_connect=True, ssl_verify_cert=True, ssl_verify_identity=True)
    assert verifying.ctx.verify_mode == ssl.CERT_REQUIRED


def test_an_authority_that_cannot_be_read_is_no_reason_to_go_on_without_it() -> None:
    with pytest.raises(FileNotFoundError):
        Wire(defer_connect=True, ssl_ca="/nowhere/ca.pem")
