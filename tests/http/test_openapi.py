"""The OpenAPI document against the wire: schemathesis over every route, and what it can't see."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import schemathesis
from granian.server.embed import Server
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import CHECKS

from gunmane.core.words import Role
from gunmane.http import api, openapi
from tests.http.conftest import World
