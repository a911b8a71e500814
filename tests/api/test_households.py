"""Birthdays and households over the API."""

from tests.api.test_door import is_problem


def test_a_birthday_goes_in_with_its_year_and_comes_out_without(caller):
    made = caller.post("/customers", {"name": "王小明", "birthday": "1990-03-05"})
    assert made.status_code == 201, made.content
    person = made.json()
    assert person["birthday"] == "03-05"
    assert "1990" not in caller.get(f"/customers/{person['id']}").content.decode()
    assert caller.patch(f"/customers/{person['id']}", {"birthday": ""}).json()["birthday"] is None
    problem = is_problem(caller.patch(f"/customers/{person['id']}", {"birthday": "02-30"}), 422)
    assert problem["fields"].keys() == {"birthday"}


def test_a_household_is_made_read_changed_and_dissolved(caller):
    ids = [caller.post("/customers", {"name": name}).json()["id"] for name in ("王小明", "李红", "王大明")]
    made = caller.post("/households", {"name": "王家", "members": ids[:2]})
    assert made.status_code == 201, made.content
    number = made.json()["id"]
    assert caller.get(f"/customers/{ids[0]}").json()["household"]["id"] == number
    assert caller.patch(f"/households/{number}", {"name": "王府"}).json()["name"] == "王府"
    added = caller.send("POST", f"/households/{number}/members", {"members": ids[2:]}).json()
    assert [member["customer_id"] for member in added["members"]] == ids
    assert caller.delete(f"/households/{number}/members/{ids[1]}").status_code == 204
    is_problem(caller.delete(f"/households/{number}/members/{ids[1]}"), 404)
    is_problem(caller.post("/households", {"members": ids[:1]}), 409)
    assert caller.delete(f"/households/{number}").status_code == 204
    is_problem(caller.get(f"/households/{number}"), 404)
    assert caller.get(f"/customers/{ids[0]}").json()["household"] is None


def test_how_large_a_household_may_be_is_read_and_set(caller, make_key):
    assert caller.get("/household-settings").json() == {"size": 10}
    assert caller.send("PUT", "/household-settings", {"size": 2}).json() == {"size": 2}
    ids = [caller.post("/customers", {"name": name}).json()["id"] for name in ("王小明", "李红", "王大明")]
    is_problem(caller.post("/households", {"members": ids}), 422)
    assert is_problem(caller.send("PUT", "/household-settings", {"size": 0}), 422)["fields"].keys() == {"size"}
    is_problem(make_key("customers:read").send("PUT", "/household-settings", {"size": 9}), 403)
    assert caller.get("/household-settings").json() == {"size": 2}


def test_the_company_tells_what_its_figures_mean(caller):
    told = caller.get("/company").json()
    assert (told["currency"], told["digits"], told["volume_unit"], told["zone"]) == ("CNY", 2, "litre", "Asia/Shanghai")
