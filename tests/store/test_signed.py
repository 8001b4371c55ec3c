"""Readers whom the publisher signs in: found by an index, made once, whoever asks at the same time."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from moderation.actions import names
from moderation.actions.scoring import Scoring
from moderation.actions.signed import CAPACITY, NOBODY, SignedIn
from moderation.actions.sso import Trust
from moderation.domain.errors import Missing, Unauthenticated
from moderation.store import people
from moderation.store.tables import author
from tests.signing import AUDIENCE, ISSUER, SECRET, signed
from tests.store.plans import postgres_rows, sqlite_plan, watched
from tests.store.world import SITE, World

pytestmark = pytest.mark.anyio

TRUST = Trust(ISSUER, AUDIENCE, 30, secret=SECRET)


def desk(world: World) -> SignedIn:
    return SignedIn(world.database, world.writer, lambda _: None, TRUST)


def crowd(world: World, size: int) -> None:
    rows = [
        {"id": str(uuid7()), "site_id": SITE, "name": f"R {n}", "subject": f"s{n}", "skeleton": f"r{n}"}
        for n in range(size)
    ]
    plain = [{"id": str(uuid7()), "site_id": SITE, "name": f"N {n}"} for n in range(size)]
    world.run(lambda transaction: people.add_authors(transaction, rows))
    world.run(lambda transaction: people.add_authors(transaction, plain))


async def test_a_name_and_a_subject_are_found_by_an_index(world: World) -> None:
    crowd(world, 500)
    asked = {
        "ix_author_skeleton": lambda connection: people.protected(connection, [(SITE, "r7"), (SITE, "x")]),
        "ix_author_subject": lambda connection: people.find_subject(connection, SITE, "s7"),
    }
    for index, ask in asked.items():
        if world.database.is_sqlite:
            assert any(index in line for line in sqlite_plan(world.database, ask))
        else:
            assert postgres_rows(world.database, ask) <= 20


async def test_a_name_that_is_taken_is_found_with_the_accounts(world: World) -> None:
    world.run(lambda tx: people.add_account(tx, name="Mara", role="moderator", password_hash=None))
    person = await desk(world).person(signed(name="Ann Ferry"), SITE, acts=True)
    with world.database.read() as connection:
        known = names.look_up(connection, [(SITE, "ann ferry"), (SITE, "Noa")])
        assert names.look_up(connection, []) == names.Known()
    assert known == names.Known(
        frozenset({(SITE, names.skeleton("Ann Ferry"))}), frozenset({names.skeleton("Mara")})
    )
    assert person.name == "Ann Ferry"


async def test_a_token_that_is_known_costs_no_statement(world: World) -> None:
    signed_in, token = desk(world), signed()
    first = await signed_in.person(token, SITE, acts=True)
    with watched(world.database.reading) as read, watched(world.database.writing) as written:
        for _ in range(10):
            assert await signed_in.person(token, SITE, acts=True) == first
    assert (read, written) == ([], [])


async def test_looking_makes_nobody_and_acting_makes_one(world: World) -> None:
    signed_in, token = desk(world), signed(sub="one")
    assert (await signed_in.person(token, SITE, acts=False)).person_id == NOBODY
    made = await signed_in.person(token, SITE, acts=True)
    assert made.person_id != NOBODY
    assert (
        await desk(world).person(signed(sub="one", name="Later"), SITE, acts=False)
    ).person_id == made.person_id


async def test_two_processes_at_once_make_one_person(world: World) -> None:
    one, other = desk(world), desk(world)
    token = signed(sub="both")
    assert (await one.person(token, SITE, acts=False)).person_id == NOBODY
    ids = {(await each.person(token, SITE, acts=True)).person_id for each in (one, other)}
    assert len(ids) == 1
    crowd_of_one = [{"id": str(uuid7()), "site_id": SITE, "name": "X", "subject": "both"}]
    with pytest.raises(IntegrityError):
        world.run(lambda transaction: people.add_authors(transaction, crowd_of_one))


async def test_what_is_remembered_ends_with_the_token_and_is_bounded(world: World) -> None:
    now_s = 1_000.0
    signed_in = SignedIn(world.database, world.writer, lambda _: None, TRUST, clock_s=lambda: now_s)
    token = signed()
    await signed_in.person(token, SITE, acts=False)
    assert len(signed_in._known) == 1
    now_s += 1_000_000_000_000  # the token has long ended by this clock: it is verified anew
    await signed_in.person(token, SITE, acts=False)
    signed_in._known.update(
        (((b"%d" % n), SITE), signed_in._known[next(iter(signed_in._known))]) for n in range(CAPACITY - 1)
    )
    await signed_in.person(signed(sub="another"), SITE, acts=False)
    assert len(signed_in._known) == CAPACITY


async def test_without_a_sign_in_no_token_is_believed_and_no_site_is_made_up(world: World) -> None:
    with pytest.raises(Unauthenticated):
        await SignedIn(world.database, world.writer, lambda _: None).person(signed(), SITE, acts=True)
    scoring = Scoring(world.database)
    with pytest.raises(Missing):
        await SignedIn(world.database, world.writer, scoring.bench, TRUST).person(signed(), "x", acts=True)
    with world.database.read() as connection:
        assert (
            connection.execute(select(func.count()).select_from(author)).scalar_one() == 1
        )  # the world's own
