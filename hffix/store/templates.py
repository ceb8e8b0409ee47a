"""What a new project begins with: folders, and commented files that permit nothing until people are named."""

from typing import Final

NEW_FOLDERS: Final = ("fixes", "approvals", "backups", "changesets", "corrections", "tests/fixes")

_PROJECT: Final = """\
# The project of hffix: which databases it corrects, and which columns not everybody may see.
default = "main"

[targets.main]
url = "sqlite:///fund.db"        # relative to this file
# A secret is never written here, but named: "postgresql://hffix:${FUND_PASSWORD}@db.example/fund"

[columns]                        # what people see: edges (the first and last characters), first, or all hidden
# "person.id_no" = "edges"
# "person.name" = "first"
# "*.address" = "all"

[apply]
# chunk_rows = 5000              # the rows of the first transaction; later ones adapt
# throttle = "SELECT count(*) > 100 FROM queue"  # a run waits at a chunk's edge while this is true

[backup]
# seconds = 10                   # how long a backup part may take to reach the disk
"""

_POLICY: Final = """\
# Who the people are, and whose signature a change set needs. As it stands nobody can approve anything:
# take the marks away from below and put your own people in.
# valid_days = 30                # how long a signature counts

# [people]
# "zhang.min" = { name = "张敏", roles = ["leader"], emails = ["zhang.min@fund.example"] }
# "chen.jie" = { name = "陈洁", roles = ["auditor"] }
# "wang.qiang" = { roles = ["operator"] }
# "li.wei" = { roles = ["author"], emails = ["li.wei@fund.example"] }

# [[require]]                    # all that match must be met
# approvals = 1
# roles = ["leader"]

# [[require]]
# risk = ["high"]                # or from_rows = 100_000, or tables = ["loan"]
# approvals = 2
# roles = ["leader", "auditor"]
"""

_IGNORED: Final = """\
# Rows of people: never in git.
/changesets/
/corrections/
/backups/
*.db
*.db-journal
*.db-wal
*.db-shm
*.hffix-lock
.*.tmp
"""

NEW_FILES: Final = {
    "hffix.toml": _PROJECT,
    ".gitignore": _IGNORED,
    # Signed bytes must come out of git as they went in.
    ".gitattributes": "approvals/** -text\n",
    "approvals/policy.toml": _POLICY,
    "approvals/allowed_signers": "",
}
