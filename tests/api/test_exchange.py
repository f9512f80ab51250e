"""Tables in and out by program and at the keyboard, over the same flow; here the sandbox itself reads them."""

import base64
import csv
import io

from service.exchange.workbook import read_workbook

HEAD = "工号,姓名,单位\n"


def table(text):
    return base64.b64encode(text.encode("gbk")).decode()


def test_a_table_is_offered_refused_corrected_imported_and_undone_by_program(call):
    body = {"kind": "PEOPLE", "file": table(HEAD + "X1,王芳,NOPE\n"), "file_name": "人员.csv"}
    told = call("administrator", "POST", "/imports", json=body)
    assert told.status_code == 201
    (problem,) = told.json["problems"]
    assert (problem["row"], problem["column"], problem["code"]) == (2, "unit", "unit-unknown")
    refused = call("administrator", "POST", f"/imports/{told.json['id']}/apply")
    assert (refused.status_code, refused.json["code"]) == (409, "import-has-problems")
    returned = call("administrator", "GET", f"/imports/{told.json['id']}/returned")
    assert "unit" in read_workbook(returned.data).rows[1][1][-1]
    better = call("administrator", "POST", "/imports", json=body | {"file": table(HEAD + "X1,王芳,FIN\n")})
    path = f"/imports/{better.json['id']}"
    key = {"Idempotency-Key": "once"}
    assert call("administrator", "POST", f"{path}/apply", headers=key).json == {"rows": 1}
    assert call("administrator", "POST", f"{path}/apply", headers=key).json == {"rows": 1}
    assert call("administrator", "GET", path).json["state"] == "APPLIED"
    exported = call("administrator", "GET", "/exports/people/csv").data.decode("utf-8-sig")
    assert ["X1", "王芳", "王芳", "FIN", ""] in list(csv.reader(io.StringIO(exported)))
    assert call("clerk", "GET", path).status_code == 404
    assert call("clerk", "GET", "/exports/people/csv").status_code == 403
    assert call("administrator", "GET", "/exports/people/pdf").json["code"] == "no-such-table"
    assert call("administrator", "POST", f"{path}/undo").json == {"removed": 1}


def test_a_register_goes_in_and_out_at_the_keyboard(world, run, tmp_path):
    offered, returned = tmp_path / "units.csv", tmp_path / "returned.xlsx"
    offered.write_bytes("代码,名称,上级\nA1,甲处,NOPE\n".encode("gb18030"))
    refused = run("import", "--as", "administrator", "units", str(offered), "--returned", str(returned))
    assert refused.exit_code == 1
    assert "row 2, 上级单位 Belongs to: got a unit that is not registered" in refused.output
    assert "unit" in read_workbook(returned.read_bytes()).rows[1][1][-1]
    offered.write_bytes("代码,名称,上级\nA1,甲处,FIN\n".encode("gb18030"))
    taken = run("import", "--as", "administrator", "units", str(offered))
    assert "All 1 rows are taken in." in taken.output
    target = tmp_path / "units.xlsx"
    assert run("export", "--as", "administrator", "units", str(target)).exit_code == 0
    assert ("A1", "甲处", "甲处", "FIN") in [row for _, row in read_workbook(target.read_bytes()).rows]
    assert "1 rows of the register are out again" in run("undo-import", "--as", "administrator", "2").output
