"""`forecourt staff` and `forecourt apikey`."""

from click.testing import CliRunner

from forecourt.faces.cli.apikey import apikey
from forecourt.faces.cli.staff import staff
from forecourt.organisation import queries, services

PASSWORD = "correct horse 9 battery"


def run(group, *arguments):
    return CliRunner().invoke(group, arguments, env={"FORECOURT_PASSWORD": PASSWORD})


def test_somebody_made_on_the_command_line_can_sign_in(db):
    made = run(staff, "create", "chief", "--name", "陈", "--role", "head_office")
    assert made.exit_code == 0, made.output
    id = services.sign_in("chief", PASSWORD)
    assert queries.actor_for_staff(id).may("organisation.manage_staff")
    assert "chief\t\t陈\thead_office\tactive" in run(staff, "list").output


def test_mistakes_are_told_not_thrown(db):
    for arguments, words in (
        (("create", "chief", "--role", "boss"), "allowed are head_office"),
        (("create", "chief", "--role", "cashier@S9"), "no station S9"),
        (("create", "che f", "--role", "head_office"), "username"),
        (("deactivate", "nobody"), "nobody"),
        (("deactivate", "no body"), "username"),
    ):
        answer = run(staff, *arguments)
        assert answer.exit_code == 1
        assert words in answer.output


def test_roles_state_and_password_can_be_changed(db):
    run(staff, "create", "chief", "--role", "head_office")
    run(staff, "create", "li", "--role", "cashier")
    assert run(staff, "roles", "li", "--role", "analyst").exit_code == 0
    assert run(staff, "password", "li").exit_code == 0
    assert run(staff, "deactivate", "li", "--reason", "left").exit_code == 0
    assert "li\t\tli\tanalyst\tinactive" in run(staff, "list").output
    assert run(staff, "reactivate", "li").exit_code == 0
    assert run(staff, "deactivate", "chief").exit_code == 1


def test_a_key_is_printed_alone_and_works_until_revoked(db):
    key = run(apikey, "create", "pos", "--scope", "sales:write", "--scope", "sales:read").stdout.strip()
    assert queries.actor_for_key(key).permissions == {"sales.post", "sales.refund", "sales.view"}
    listed = run(apikey, "list").output
    assert "pos" in listed
    assert key not in listed
    assert run(apikey, "revoke", "pos").exit_code == 0
    assert queries.actor_for_key(key) is None
    assert "revoked" in run(apikey, "list").output


def test_unknown_scopes_are_refused_with_the_allowed_ones(db):
    answer = run(apikey, "create", "pos", "--scope", "sales")
    assert answer.exit_code == 1
    assert "sales:write" in answer.output
