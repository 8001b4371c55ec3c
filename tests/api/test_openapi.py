"""The OpenAPI document, held against the running service by schemathesis."""

from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from moderation.web.openapi import document
from moderation.web.routes import ENDPOINTS, VERSION
from tests.service import Service

# What a text must be (visible, no control characters) is more than a JSON schema can say.
LEFT_OUT = [positive_data_acceptance]
SCHEMA = schemathesis.openapi.from_dict(document(ENDPOINTS, VERSION))
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_every_answer_is_one_that_the_document_names(
    service: Service, tokens: dict[str, str], operation: Any
) -> None:
    if operation.path.endswith("/events"):
        return  # a stream does not end; test_streams.py reads it

    @given(case=operation.as_strategy())
    @settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def check(case: Any) -> None:
        headers = {"Authorization": f"Bearer {tokens['admin']}"}
        case.call_and_validate(base_url=service.url, headers=headers, timeout=30, excluded_checks=LEFT_OUT)

    check()


def test_the_document_names_every_address_of_the_api(service: Service) -> None:
    served = httpx2.get(f"{service.url}/api/v1/openapi.json").json()
    assert served["openapi"] == "3.1.0"
    assert len(served["paths"]) == len({endpoint.path for endpoint in ENDPOINTS})
    assert httpx2.get(f"{service.url}/api/v1/docs").status_code == 200
