"""Make a Celery application send and accept objects pickled by lambdapkl, in every kind of worker pool."""

from __future__ import annotations

import importlib
from typing import Any, TypeVar

from .kombu import CONTENT_TYPE, SERIALIZER

__all__ = ["setup"]

App = TypeVar("App")


def setup(app: App, *, default: bool = True) -> App:
    """Make a Celery application use lambdapkl, and return it.

    Call this where the application is created, after its other settings, in the processes that send tasks
    and in the workers. Unpickling executes arbitrary code, and a worker loads everything in its queues: only
    trusted parties may write to the broker and the result backend.

    Parameters
    ----------
    app : celery.Celery
        The application.
    default
        Whether tasks and results use lambdapkl by default. If false, only those with
        ``serializer="lambdapkl"`` use it.
    """
    # If lambdapkl is on the path but not installed, kombu does not find its entry point.
    importlib.import_module("kombu.serialization").register("lambdapkl", *SERIALIZER)
    conf: Any = app.conf  # type: ignore[attr-defined]
    if default:
        conf.update(task_serializer="lambdapkl", result_serializer="lambdapkl")
    for name in ("accept_content", "result_accept_content"):
        accepted = conf[name]
        # None for results means the same as for tasks.
        if accepted is not None and not {"lambdapkl", CONTENT_TYPE} & set(accepted):
            conf[name] = [*accepted, "lambdapkl"]
    importlib.import_module("celery.signals").task_received.connect(_send_arguments_once, weak=False)
    return app


def _send_arguments_once(request: Any = None, **_: Any) -> None:
    """Remove the loaded arguments from the request that a worker sends to its pool.

    The worker loads each message and pickles the arguments again, with `pickle`, for the pool. That fails for
    lambdas, and the task hangs (celery#9091). The pool process loads the arguments from the message anyway.
    """
    if request.content_type == CONTENT_TYPE:
        for name in ("args", "kwargs"):
            request.request_dict.pop(name, None)
