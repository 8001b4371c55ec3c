"""Tokens of the shared service, and an article nobody else uses."""

from collections.abc import Iterator
from uuid import uuid4

import httpx2
import pytest

from moderation.domain.roles import ROLES
from tests.service import Service
from tests.story import seed


@pytest.fixture(scope="session")
def tokens(service: Service) -> dict[str, str]:
    return dict(zip(ROLES, seed.tokens(service, *ROLES), strict=True))


@pytest.fixture
def article() -> str:
    return f"article-{uuid4().hex}"


@pytest.fixture
def anyone(service: Service) -> Iterator[httpx2.Client]:
    with service.client() as client:
        yield client


@pytest.fixture
def moderator(service: Service, tokens: dict[str, str]) -> Iterator[httpx2.Client]:
    with service.client(tokens["moderator"]) as client:
        yield client


@pytest.fixture
def admin(service: Service, tokens: dict[str, str]) -> Iterator[httpx2.Client]:
    with service.client(tokens["admin"]) as client:
        yield client


@pytest.fixture
def scorer(service: Service, tokens: dict[str, str]) -> Iterator[httpx2.Client]:
    with service.client(tokens["scorer"]) as client:
        yield client
