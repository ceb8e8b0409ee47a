"""What a new project begins with: folders, and commented files that permit nothing until people are named."""

from typing import Final

NEW_FOLDERS: Final = ("fixes", "approvals", "backups", "changesets", "corrections", "tests/fixes")

_PROJECT: Final = """\
# The project of hffix: which databases it corrects, and which columns not everybody may see.
default = "main"

[targets.main]
url = "sqlite:///fund.db"        # relative to this file
# A secret is never written here, but named: "postgresql://hffix:${FUND_PASSWORD}@db.example/fund"

[columns]                        # how a value is hidden: edges leaves its ends, first one character, all nothing
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
# Who the people are, and whose signature a change set needs.
# Nobody is named yet, so nobody can approve anything, and every command that needs this file ends with HFX-402.
# Take "# " away from the beginning of every line below, and put your own people in.
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

_SIGNERS: Final = """\
# One line for each person and key: PERSON namespaces="hffix" ALGORITHM KEY
# Everybody makes a key of their own, and hands over the public half only:
#   ssh-keygen -t ed25519 -C zhang.min -f keys/zhang.min
# Then the line is the person's name in policy.toml, the namespace, and what keys/zhang.min.pub holds:
#   zhang.min namespaces="hffix" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA...
"""

_IGNORED: Final = """\
# Rows of people, and private keys: never in git.
/keys/
/changesets/
/corrections/
/backups/
*.db
*.db-journal
*.db-wal
*.db-shm
*.hffix-lock
.*.tmp
__pycache__/
"""

NEW_FILES: Final = {
    "hffix.toml": _PROJECT,
    ".gitignore": _IGNORED,
    # Signed bytes must come out of git as they went in.
    ".gitattributes": "approvals/** -text\n",
    "approvals/policy.toml": _POLICY,
    "approvals/allowed_signers": _SIGNERS,
}
