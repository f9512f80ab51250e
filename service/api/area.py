"""How a call of the API is made: typed in, typed out, described in OpenAPI by the same types, answered once per key.

An operation is a function. Its parameter ``body`` is the request's JSON, ``query`` its query, both as pydantic
models; the others are the path's. It returns a model, which becomes the JSON. Laws: every call is closed unless
it is marked open; a changing call may carry an ``Idempotency-Key``, and is then worked once and answered the
same ever after, except that a file is sent but once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from flask import Blueprint, Response, current_app, request
from pydantic import BaseModel, ConfigDict, ValidationError
from werkzeug.exceptions import UnsupportedMediaType

from registry.errors import InvalidError
from registry.rules.roles import Action
from service import idempotency, login
from service.idempotency import KeptAnswer
from service.login import current_runtime, current_visitor, demand, open_to_all

PREFIX: Final = "/api/v1"
KEY_HEADER: Final = "Idempotency-Key"
SAFE_METHODS: Final = {"GET"}
NO_CONTENT: Final = 204
LOCATION_ROOT: Final = "body"

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Handler = Callable[..., BaseModel | Response | None]


class Model(BaseModel):
    """Base of what comes in and goes out: unknown fields are refused, nothing is changed afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RequestInvalid(InvalidError):
    """The request's JSON, query or form does not have the described shape."""

    code = "request-invalid"


@dataclass(frozen=True)
class Operation:
    """What the description says about one call."""

    method: Method
    path: str
    summary: str
    status: int
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    answer: type[BaseModel] | None
    action: Action | None
    is_open: bool
    media_type: str


class Area(Blueprint):
    """A blueprint whose calls describe themselves."""

    def __init__(self, name: str, import_name: str) -> None:
        super().__init__(f"api_{name}", import_name, url_prefix=PREFIX)
        self.tag = name
        self.operations: list[tuple[str, Operation]] = []

    def operation(
        self,
        method: Method,
        path: str,
        *,
        summary: str,
        body: type[BaseModel] | None = None,
        query: type[BaseModel] | None = None,
        answer: type[BaseModel] | None = None,
        status: int = 200,
        action: Action | None = None,
        is_open: bool = False,
        before_own_password: bool = False,
        media_type: str = "application/json",
    ) -> Callable[[Handler], Handler]:
        """Make a function answer a call.

        Args:
            method: HTTP method.
            path: Below the prefix, with Flask's placeholders.
            summary: One sentence for the description, in English.
            body: Shape of the request's JSON.
            query: Shape of the query; a field that is a list takes every value of its name.
            answer: Shape of the answer; none for an answer without content or with other content.
            status: HTTP status of success.
            action: What the visitor must be allowed to do for some unit.
            is_open: Whether the call needs no login.
            before_own_password: Whether it works with a password that somebody else has chosen.
            media_type: Of the answer, where it is no JSON.
        """
        told = Operation(method, path, summary, status, body, query, answer, action, is_open, media_type)

        def decorate(handler: Handler) -> Handler:
            def view(**arguments: Any) -> Response:  # noqa: ANN401 - what the path holds
                if action is not None:
                    demand(action)
                return _once(lambda: _work(handler, told, arguments))

            view.__name__, view.__doc__ = handler.__name__, handler.__doc__
            self.operations.append((handler.__name__, told))
            mark = open_to_all if is_open else login.before_own_password if before_own_password else None
            self.add_url_rule(path, handler.__name__, mark(view) if mark else view, methods=[method])
            return handler

        return decorate


def _work(handler: Handler, told: Operation, arguments: dict[str, Any]) -> Response:
    if told.body is not None:
        arguments["body"] = _validated(told.body, _json())
    if told.query is not None:
        arguments["query"] = _validated(told.query, _query(told.query))
    answer = handler(**arguments)
    if isinstance(answer, Response):
        return answer
    if answer is None:
        return Response(status=NO_CONTENT)
    return Response(answer.model_dump_json(), told.status, content_type="application/json")


def _once(work: Callable[[], Response]) -> Response:
    """Work a changing call once per key, and answer every repetition the same."""
    key = request.headers.get(KEY_HEADER)
    visitor = current_visitor()
    if key is None or visitor is None or request.method in SAFE_METHODS:
        return work()
    runtime = current_runtime()
    asked = b"\x00".join((request.method.encode(), request.full_path.encode(), request.get_data(cache=True)))
    with runtime.database.transaction() as session:
        kept = idempotency.begin(session, visitor.account_id, key, request=asked, now=runtime.now())
    if kept is not None:
        answer = Response(kept.body, kept.status, content_type=kept.media_type)
        answer.headers["Idempotency-Replayed"] = "true"
        return answer
    try:
        answer = work()
    except Exception as error:  # noqa: BLE001 - a refusal is an answer, and is kept like one
        answer = current_app.make_response(current_app.handle_user_exception(error))
    if not answer.is_json and answer.status_code != NO_CONTENT:
        return answer  # a file leaves once and is kept nowhere: its key stays open
    body = answer.get_data()
    with runtime.database.transaction() as session:
        told = KeptAnswer(answer.status_code, answer.content_type or "", body)
        idempotency.keep(session, visitor.account_id, key, told)
    return answer


def _json() -> object:
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    found: object = request.get_json(silent=True)
    if found is None:
        raise RequestInvalid("the body is no JSON", problems=("the body is no JSON",))
    return found


def _query(kind: type[BaseModel]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, values in request.args.lists():
        shape = kind.model_fields.get(name)
        many = shape is not None and getattr(shape.annotation, "__origin__", None) in {list, tuple}
        found[name] = values if many else values[-1]
    return found


def _validated(kind: type[BaseModel], data: object) -> BaseModel:
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        problems = tuple(
            f"{'.'.join(map(str, problem['loc'])) or LOCATION_ROOT}: {problem['msg']}"
            for problem in error.errors()
        )
        raise RequestInvalid("the request does not have the described shape", problems=problems) from error
