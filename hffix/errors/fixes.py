"""Errors of fixes, their loading and their planning: 2xx."""

from hffix.errors import HffixError


class FixError(HffixError):
    """A fix cannot be planned."""

    untouched = "Nothing was written: no change set, and nothing in the target."


class NoSuchFix(FixError):
    """No script in fixes/ has this path, id or number."""

    code, status, hint = "HFX-201", 64, "See the fixes with: hffix list"


class FixBroken(FixError):
    """The script cannot be loaded: a syntax error, a failing import, no fix in it."""

    code, hint = "HFX-202", "Correct the script at the line named."


class UnknownColumn(FixError):
    """A scope or a function names a column that its table does not have."""

    code, hint = "HFX-203", "Correct the name; for a column that is no Python name use columns={...}."


class KeyWritten(FixError):
    """A scope would write a column of the row key, or one that the database itself generates or numbers."""

    code, hint = "HFX-204", "Rows are addressed by key: a new key is a delete and an insert."


class OutsideScope(FixError):
    """A function returned a column that its scope does not declare in writes."""

    code, hint = "HFX-205", "Declare the column in writes, or leave it out of the result."


class TooManyChanges(FixError):
    """More rows would change than the scope's at_most allows."""

    code, hint = "HFX-206", "Narrow the where; raise at_most only if the larger number is meant."


class NullRefused(FixError):
    """A value would become NULL, or a function returned nothing; the scope does not say to_null=True."""

    code, hint = "HFX-207", "Return the value to leave it, raise Unresolved to decline, or declare to_null=True."


class FunctionFailed(FixError):
    """A function of the fix raised something other than Unresolved."""

    code, hint = "HFX-208", "Correct the function at the line named; raise Unresolved for rows it cannot decide."


class TwoScopes(FixError):
    """Two scopes decide one cell, or one changes a row that another deletes."""

    code, hint = "HFX-209", "Let each cell be decided in one place; narrow one of the two where conditions."


class WrongResult(FixError):
    """A function returned something that is no value of a column."""

    code, hint = "HFX-210", "Return text, a number, bytes, a date or None, or a dict of them for several columns."


class TooManyReasons(FixError):
    """The fix gives more than fifty distinct reasons; a reason names a class of rows, never a value."""

    code, hint = "HFX-211", "Give one reason for all rows of a kind, without the row's value in it."


class BadDeclaration(FixError):
    """A scope or the Fix itself is declared with something that it does not take."""

    code, hint = "HFX-212", "Correct the declaration at the line named."


class BadCorrections(FixError):
    """Lines of a corrections file cannot be used; all of them are named."""

    code, hint = "HFX-213", "Correct the lines named, or ask whoever sent the file."


class RequiresUnmet(FixError):
    """A condition that the fix requires does not hold."""

    code, hint = "HFX-214", "Look at the rows that the condition names before planning or applying."


class KeepsBroken(FixError):
    """The exact total of columns that the fix keeps would change, or cannot be computed exactly."""

    code, hint = "HFX-215", "Correct the fix so that the total stays, or take the keeps away if it may change."


class NotRepeatable(FixError):
    """Planned twice, the fix gave two different results."""

    code, hint = "HFX-216", "Take clocks, random numbers, set order and environment out of the fix."


class TrialFailed(FixError):
    """Applied on rows that were put back, the change set did not hold: a constraint, a trigger, an ensures."""

    code, hint = "HFX-217", "Correct the fix, or the rows that the message names, and plan again."


class ForbiddenInFix(FixError):
    """The script uses a clock, a file, the network, a database or an import outside the short list."""

    code, hint = "HFX-218", "A fix decides from the row alone; bring other facts in as columns or corrections."


class ScriptEdited(FixError):
    """The script was changed since a change set of it was applied on this target."""

    code, hint = "HFX-219", "Leave applied scripts as they are; write a new fix with the next number."


class ReachesFurther(FixError):
    """A foreign key's own action would change or delete rows outside the plan."""

    code, hint = "HFX-220", "Plan those rows too, or leave the rows they refer to."


class UniqueTaken(FixError):
    """A value would collide with another row's in a unique column, also for the moment of a swap."""

    code, hint = "HFX-221", "Free the value first with a fix of its own."


class TwoNumbers(FixError):
    """Two scripts in fixes/ begin with the same number."""

    code, hint = "HFX-222", "Give the newer one the next free number."


class EffectUndeclared(FixError):
    """The database itself sets a column whenever a row is updated, and the fix does not declare it."""

    code, hint = "HFX-240", "Declare it in the fix, so that it is seen, signed and recorded: fix.side_effects(…)"


class NothingDeclared(FixError):
    """The fix declares no scope, or a scope of a kind that this version does not plan."""

    code, hint = "HFX-223", "Declare at least one scope: clean, rows, sql, delete or corrections."


class BadLookup(FixError):
    """Entries of a lookup cannot be used; those of a file are all named."""

    code, hint = "HFX-224", "Correct the entries named: a lookup needs its two columns, and keys that stand there once."


class KeyHandedOut(FixError):
    """An inserted row has a key that a sequence of the database could still give to somebody else's row."""

    code, hint = "HFX-225", "Take keys that the sequence is already past, or a range that it never reaches."


class CaseTooLarge(FixError):
    """One case has more rows than one transaction may hold."""

    code, hint = "HFX-226", "Cut the case into smaller ones, or decide its rows one by one with @fix.rows."


class BadParam(FixError):
    """A param is missing, unknown, unused or no value of its type."""

    code, status, hint = "HFX-227", 64, "Give params as -p name=value; the script declares them in Fix(params={...})."


class OtherTarget(FixError):
    """The fix says that it is not for this target."""

    code, hint = "HFX-228", "Plan it on a target that its targets=(...) names."


class AfterUnmet(FixError):
    """A fix that must come before this one has no finished run on this target."""

    code, hint = "HFX-229", "Apply that fix first; then plan this one."


class PlanOvertaken(FixError):
    """Of two plans of one fix the second one saw rows that had changed since the first one's snapshot."""

    code, hint = "HFX-230", "Plan again with --repeat; on PostgreSQL both plans read one snapshot."
