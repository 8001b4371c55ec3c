"""Of all who ask for a page at once, one loads it; and nobody gets a page older than what was told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import anyio
import pytest

from moderation.actions.pages import Content, Pages, Wanted
from tests.conditions import eventually
from tests.store.world import SITE, World

pytestmark = pytest.mark.anyio

PAGE = Wanted(SITE, "an-article")


class Renderer:
    """Renders how many comments there are, each time only when it may."""

    def __init__(self) -> None:
        self.times = 0
        self.may = threading.Event()
        self.may.set()

    def __call__(self, _: Wanted, shown: Content) -> bytes:
        self.times += 1
        assert self.may.wait(20)
        return str(len(shown.comments)).encode()

    @contextmanager
    def held(self) -> Iterator[None]:
        self.may.clear()
        try:
            yield
        finally:
            self.may.set()


async def test_a_crowd_costs_one_load(world: World) -> None:
    world.add()
    render, answers = Renderer(), []
    pages = Pages(world.database, render)

    async def ask() -> None:
        answers.append((await pages.fetch(PAGE))[0])

    async with anyio.create_task_group() as crowd:
        with render.held():
            for _ in range(20):
                crowd.start_soon(ask)
            await eventually(lambda: began(render, 1))
    assert (render.times, answers) == (1, [b"1"] * 20)


async def test_who_asks_after_a_comment_does_not_get_the_load_that_began_before(world: World) -> None:
    world.add()
    render, answers = Renderer(), []
    pages = Pages(world.database, render)

    async def ask() -> None:
        answers.append((await pages.fetch(PAGE))[0])

    async with anyio.create_task_group() as crowd:
        with render.held():
            crowd.start_soon(ask)
            await eventually(lambda: began(render, 1))
            world.add()
            version = world.comment(world.add()).article_version
            pages.tell(world.article_id, version)
            crowd.start_soon(ask)
            await anyio.lowlevel.checkpoint()
    assert sorted(answers) == [b"1", b"3"]


async def test_a_load_that_fails_is_tried_by_the_next_who_waits(world: World) -> None:
    render = Renderer()
    pages = Pages(world.database, render)
    failures: list[Exception] = []

    def failing_once(wanted: Wanted, shown: Content) -> bytes:
        made = render(wanted, shown)
        if render.times == 1:
            raise OSError("the first one fails")
        return made

    pages._render = failing_once
    answers: list[bytes] = []

    async def ask() -> None:
        try:
            answers.append((await pages.fetch(PAGE))[0])
        except OSError as failure:
            failures.append(failure)

    async with anyio.create_task_group() as crowd:
        with render.held():
            for _ in range(5):
                crowd.start_soon(ask)
            await eventually(lambda: began(render, 1))
    assert (len(failures), answers, render.times) == (1, [b"0"] * 4, 2)


async def began(render: Renderer, times: int) -> bool:
    return render.times == times
