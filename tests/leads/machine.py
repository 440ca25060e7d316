"""A client of the API with the token of a person; what it gets fits its schema."""

from typing import Any

import orjson
from django.test import Client
from jsonschema import Draft202012Validator

from luoshi.api import actions
from luoshi.api.urls import ENDPOINTS
from luoshi.people.models import Person

SCHEMAS = {one.name: one.gives for one in ENDPOINTS}


class Machine:
    """A client with the token of a person."""

    def __init__(self, login: str) -> None:
        Person.objects.filter(login=login).update(must_change=False)
        self.client = Client(HTTP_HOST="127.0.0.1", HTTP_AUTHORIZATION=f"Bearer {actions.make(login, login)}")

    def get(self, path: str, name: str = "", status: int = 200) -> Any:
        """What an address gives; held against the schema of the endpoint of that name."""
        answer = self.client.get(f"/api{path}")
        assert answer.status_code == status, answer.content
        return self._fits(answer, name) if name else answer

    def post(self, path: str, name: str, body: Any, status: int = 200) -> Any:
        """What came of a body; a refusal as it is."""
        answer = self.client.post(f"/api{path}", body, content_type="application/json")
        assert answer.status_code == status, answer.content
        return self._fits(answer, name) if status < 300 else orjson.loads(answer.content)

    def _fits(self, answer: Any, name: str) -> Any:
        value = orjson.loads(answer.content)
        Draft202012Validator(SCHEMAS[name]).validate(value)
        return value
