"""The same commands on a store in a file and on PostgreSQL."""

import json


def test_a_coverage_goes_in_and_comes_out_on_either_store(livedesk, page, databases):
    livedesk.set("LIVEDESK_STORE__URL", databases.empty())
    assert livedesk("db", "upgrade").code == 0
    assert livedesk("db", "check").code == 0
    assert "added: 3 (#1 to #3)" in livedesk("import", page, "--dry-run").out
    assert "added: 3 (#1 to #3)" in livedesk("import", page).out
    assert "unchanged: 3" in livedesk("import", page).out
    assert len(json.loads(livedesk("export").out)["liveBlogUpdate"]) == 3
    assert livedesk("person", "invite", "Ada").code == 0
    assert livedesk("doctor", "--offline").code == 2


def test_a_rehearsals_store_is_not_taken_for_the_newsrooms(livedesk, page, databases):
    livedesk.set("LIVEDESK_STORE__URL", databases.migrated())
    said = livedesk("import", page)
    assert (said.code, said.out) == (1, "")
    assert "belongs to a rehearsal" in said.line


def test_a_rehearsals_coverage_may_be_exported(livedesk, databases):
    livedesk.set("LIVEDESK_STORE__URL", databases.migrated())
    assert livedesk("export").line == "livedesk: There is no coverage to export yet"
