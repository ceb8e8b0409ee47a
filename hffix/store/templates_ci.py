"""What a project's pipeline and hook begin with: a proposal is planned and held against git, and nothing is applied."""

from typing import Final, Literal

Host = Literal["github", "gitlab", "gitea"]

_WHAT: Final = """\
# What is proposed is planned here, on a read replica or a masked copy, and shown in the pull request. Nothing is
# applied here, no key is needed here, and the only file that leaves the job is the masked page of the review.
# HFFIX_TARGET names a target of hffix.toml; the variables of its url belong into the secrets of the repository.
"""

_ON_A_RUNNER: Final = """\
name: hffix
on:
  pull_request:
    paths: ["fixes/**", "approvals/**", "hffix.toml"]
permissions:
  contents: read
  pull-requests: write
jobs:
  propose:
    runs-on: ubuntu-latest
    env:
      HFFIX_TARGET: ${{ vars.HFFIX_TARGET || 'main' }}
      FUND_PASSWORD: ${{ secrets.FUND_PASSWORD }}
      BASE: origin/${{ github.base_ref }}
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: python -m pip install --quiet 'hffix[postgresql,mysql]' pytest
      - run: test ! -d tests/fixes || python -m pytest -q tests/fixes
      - run: hffix ci --base "$BASE" --target "$HFFIX_TARGET" --no-input -o review.md
      - if: ${{ !cancelled() && hashFiles('review.md') != '' }}
"""

_GITHUB_COMMENT: Final = """\
        env:
          GH_TOKEN: ${{ github.token }}
          PULL: ${{ github.event.pull_request.number }}
        run: gh pr comment "$PULL" --edit-last --create-if-none --body-file review.md
"""

_GITEA_COMMENT: Final = """\
        env:
          TOKEN: ${{ secrets.GITHUB_TOKEN }}
          COMMENTS: ${{ github.api_url }}/repos/${{ github.repository }}/issues/${{ github.event.number }}/comments
        run: >-
          python -c 'import json; print(json.dumps({"body": open("review.md", encoding="utf-8").read()}))' |
          curl --fail --silent --show-error --header "Authorization: token $TOKEN"
          --header 'Content-Type: application/json' --data-binary @- "$COMMENTS"
"""

_GITLAB: Final = """\
propose:
  image: python:3.12
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
      changes: ["fixes/**/*", "approvals/**/*", "hffix.toml"]
  variables:
    GIT_DEPTH: "0"
    HFFIX_TARGET: main
    BASE: origin/$CI_MERGE_REQUEST_TARGET_BRANCH_NAME
    NOTES: $CI_API_V4_URL/projects/$CI_PROJECT_ID/merge_requests/$CI_MERGE_REQUEST_IID/notes
  script:
    - python -m pip install --quiet 'hffix[postgresql,mysql]' pytest
    - test ! -d tests/fixes || python -m pytest -q tests/fixes
    - hffix ci --base "$BASE" --target "$HFFIX_TARGET" --no-input -o review.md
  after_script:
    - >-
      test ! -f review.md || curl --fail --silent --show-error --header "PRIVATE-TOKEN: $HFFIX_TOKEN"
      --data-urlencode body@review.md "$NOTES"
  artifacts:
    when: always
    paths: [review.md]
    expire_in: 30 days
"""

HOOK: Final = """\
#!/bin/sh
# Before each commit: no row of a person, and no private key, goes into git.
# Git takes it up by: git config core.hooksPath .githooks
exec hffix ci --staged
"""
HOOK_FILE: Final = ".githooks/pre-commit"
PIPELINES: Final[dict[Host, tuple[str, str]]] = {
    "github": (".github/workflows/hffix.yml", _WHAT + _ON_A_RUNNER + _GITHUB_COMMENT),
    "gitlab": (".gitlab-ci.yml", _WHAT + _GITLAB),
    "gitea": (".gitea/workflows/hffix.yml", _WHAT + _ON_A_RUNNER + _GITEA_COMMENT),
}
