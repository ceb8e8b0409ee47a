"""demo: a generated database with known dirt, and the whole walk through its correction."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from hffix.cli.answer import Answer
from hffix.cli.command import command

if TYPE_CHECKING:
    from hffix.cli.call import Call
    from hffix.demo import Size
    from hffix.demo.servers import Engine

SIZES = ("tiny", "demo", "city")
ENGINES = ("sqlite", "postgresql", "mariadb")


@command(target=False)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default="hffix-demo")
@click.option("--size", type=click.Choice(SIZES), default="demo", show_default=True, help="How many rows.")
@click.option("--seed", type=int, default=7, show_default=True, help="The same seed gives the same rows.")
@click.option("--engine", type=click.Choice(ENGINES), default="sqlite", show_default=True, help="Where the rows live.")
@click.option("--url", metavar="URL", help="A database on a running server, made anew; else an embedded or local one.")
@click.option("--walk", is_flag=True, help="Then plan, approve, apply, trace, verify and roll back.")
@click.option("--stop", is_flag=True, help="Only stop the embedded PostgreSQL of FOLDER.")
def demo(
    call: Call, *, folder: Path, size: str, seed: int, engine: str, url: str | None, walk: bool, stop: bool
) -> Answer:
    """Generate a provident fund with known dirt in FOLDER, with people, keys and fixes."""
    from hffix.cli.page import page
    from hffix.demo.project import make_project
    from hffix.demo.servers import place_of, stop_embedded
    from hffix.demo.walk import way_in
    from hffix.workflow.setting import Step

    if stop:
        stopped = stop_embedded(folder.absolute())
        return Answer(page=call.say.word("Stopped." if stopped else "There is none."), data={"stopped": stopped})

    def progress(what: str, done: int, total: int) -> None:
        call.watch(Step(name=what, done=done, total=total))

    place = place_of(
        cast("Engine", engine), folder=folder.absolute(), url=url or call.environment.get("HFFIX_DEMO_URL")
    )
    made = make_project(folder, size=cast("Size", size), seed=seed, url=place, progress=progress)
    call.stack.close()
    data: dict[str, object] = {"folder": str(folder), "size": size, "seed": seed, "created": [str(p) for p in made]}
    data["engine"] = engine
    if walk:
        from hffix.demo.walk import walk as walk_through

        ended = walk_through(folder, say=call.tell, word=call.say.word, url=place)
        return Answer(data={**data, "walked": True}, ended=ended)
    verdict = call.say("A generated provident fund with known dirt is in {folder}.", folder=str(folder))
    after = f"{way_in(folder)} && hffix init-target --sign-with keys/wang.qiang"
    return Answer(page=page(verdict, say=call.say, width=call.width, after=after), data=data)
