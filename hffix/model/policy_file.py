"""Reading `policy.toml`: everything that is wrong with it, each with its line, or a policy that somebody could meet."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Final, Literal

import msgspec

from hffix.errors.approvals import BadPolicy
from hffix.model.policy import Person, Policy, Requirement, is_person
from hffix.model.toml_lines import Path, line_of, lines_of

FILE: Final = "approvals/policy.toml"

_COLUMN: Final = re.compile(r"[^.\s]+(?:\.[^.\s]+)+")
_PLACE: Final = re.compile(r" - at `\$.*`")
_LINE: Final = re.compile(r"(.*) \(at line ([0-9]+), column [0-9]+\)", re.DOTALL)

Fault = tuple[Path, str]
# What stands in tables of its own is read one by one.
_READ_LATER: Final[Mapping[str, Any]] = {"people": dict[str, Any], "require": tuple[Any, ...]}


class _File(msgspec.Struct, frozen=True, kw_only=True):
    valid_days: Annotated[int, msgspec.Meta(ge=1, le=3660)]
    people: dict[str, Person]
    require: tuple[Requirement, ...] = ()
    durability: Literal["relaxed"] | None = None


def parse_policy(data: bytes) -> Policy:
    """Read a policy, or refuse it with the line of everything that is wrong."""
    text = _text(data)
    told = _told(text)
    faults: list[Fault] = []
    file = _fields(_File, told, (), faults)
    people = {name: _fields(Person, given, ("people", name), faults) for name, given in _named(file.get("people"))}
    required = [_fields(Requirement, one, ("require", at), faults) for at, one in enumerate(file.get("require", ()))]
    if faults:
        raise BadPolicy(in_lines(faults, text=text))
    policy = Policy(
        valid_days=file["valid_days"],
        people=tuple(sorted((name, Person(**given)) for name, given in people.items())),
        requirements=tuple(Requirement(**given) for given in required),
        relaxed_durability=file.get("durability") == "relaxed",
    )
    faults += (*_faults_of_people(policy), *_faults_of_requirements(policy))
    if faults:
        raise BadPolicy(in_lines(faults, text=text))
    return policy


def in_lines(faults: Iterable[Fault], *, text: str) -> str:
    """Say what is wrong with the file, each fault with its line, in the order of the lines."""
    lines = lines_of(text)
    placed = sorted(((line_of(path, lines), fault) for path, fault in faults), key=lambda one: one[0] or 0)
    said = "; ".join(f"line {line}: {fault}" if line else fault for line, fault in placed)
    return f"{FILE}{', ' if placed[0][0] else ': '}{said}"


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise BadPolicy(f"{FILE}, line {line}: it is not UTF-8 text") from fault


def _told(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        found = _LINE.fullmatch(str(fault))
        why, line = (found[1], found[2]) if found else (str(fault), text.count("\n") + 1)
        raise BadPolicy(f"{FILE}, line {line}: {why}") from fault
    except RecursionError as fault:
        raise BadPolicy(f"{FILE}: it is nested too deep") from fault


def _fields(kind: type[msgspec.Struct], told: object, path: Path, faults: list[Fault]) -> dict[str, Any]:
    """Read the fields of a table one by one, so that each fault has its place."""
    place = _place(path)
    if not isinstance(told, dict):
        faults.append((path, f"{place[:-1]} is no table"))
        return {}
    known = {field.name: field for field in msgspec.structs.fields(kind)}
    faults += (
        ((*path, name), f"{place}{name} is unknown; there are only {', '.join(known)}")
        for name in told
        if name not in known
    )
    read: dict[str, Any] = {}
    for name, field in known.items():
        if name in told:
            try:
                read[name] = msgspec.convert(told[name], field.type if path else _READ_LATER.get(name, field.type))
            except msgspec.ValidationError as fault:
                why = _PLACE.sub("", str(fault)).replace("`", "").replace(" | null", "")
                faults.append(((*path, name), f"{place}{name}: {why[0].lower()}{why[1:]}"))
        elif field.required:
            faults.append((path, f"{place}{name} is missing"))
    return read


def _named(people: dict[str, Any] | None) -> Iterable[tuple[str, Any]]:
    return (people or {}).items()


def _place(path: Path) -> str:
    if not path:
        return ""
    return f"require[{path[1]}]." if path[0] == "require" else f"people.{path[1]!r}."


def _faults_of_people(policy: Policy) -> Iterator[Fault]:
    owners: dict[str, str] = {}
    for name, person in policy.people:
        path = ("people", name)
        if not is_person(name):
            yield path, f"people.{name!r}: a person is lower-case letters, digits and . @ _ - only"
        if not all(role.strip() for role in person.roles):
            yield path, f"people.{name!r}: a role is empty"
        for email in person.emails:
            owner = owners.setdefault(email.casefold(), name)
            if owner != name:
                yield path, f"people.{name!r}: the e-mail {email} belongs to {owner} too"


def _faults_of_requirements(policy: Policy) -> Iterator[Fault]:
    if not policy.requirements:
        yield (), "there is no [[require]], so nothing could ever be approved"
    known = {role for _, person in policy.people for role in person.roles}
    for at, requirement in enumerate(policy.requirements):
        place = f"require[{at}]"
        for field in ("roles", "risk", "tables", "columns", "purposes"):
            if getattr(requirement, field) == ():
                yield (
                    ("require", at, field),
                    f"{place}.{field} is empty, so it never matches; leave it out to match always",
                )
        for role in requirement.roles or ():
            if role not in known:
                yield ("require", at, "roles"), f"{place}.roles: nobody has the role {role}"
        for column in requirement.columns or ():
            if not _COLUMN.fullmatch(column):
                yield ("require", at, "columns"), f"{place}.columns: {column} is not table.column"
    everybody = [name for name, _ in policy.people]
    # Who could apply is asked of the policy in force, not of those by which old records are judged.
    for at, why in policy.unmeetable(keyed=everybody, operators=()):
        yield ("require", at, "approvals"), f"require[{at}] {why}"
