"""Celery: one call that makes an application send and accept what lambdapkl pickles, in every pool of its workers."""

from __future__ import annotations

import importlib
from typing import Any, TypeVar

from .kombu import CONTENT_TYPE, SERIALIZER

__all__ = ["setup"]

App = TypeVar("App")


def setup(app: App, *, default: bool = True) -> App:
    """Make a Celery application use lambdapkl, in the processes that send tasks and in the workers, and return it.

    Call it where the application is made, after its other settings.  A worker then loads whatever reaches its queues, and
    loading a pickle runs what it says: let nobody else write to the broker or to the result backend.

    Parameters
    ----------
    app : celery.Celery
        The application.
    default
        Whether tasks and results travel by it; otherwise those that say ``serializer="lambdapkl"`` do.
    """
    # Where the package is on the path but not installed, kombu saw no entry point.
    importlib.import_module("kombu.serialization").register("lambdapkl", *SERIALIZER)
    conf: Any = app.conf  # type: ignore[attr-defined]
    if default:
        conf.update(task_serializer="lambdapkl", result_serializer="lambdapkl")
    for name in ("accept_content", "result_accept_content"):
        accepted = conf[name]
        # None for results stands for what is accepted for tasks.
        if accepted is not None and not {"lambdapkl", CONTENT_TYPE} & set(accepted):
            conf[name] = [*accepted, "lambdapkl"]
    importlib.import_module("celery.signals").task_received.connect(_send_arguments_once, weak=False)
    return app


def _send_arguments_once(request: Any = None, **_: Any) -> None:
    """Take the arguments out of what the worker sends to a process of its pool beside the message that holds them.

    The worker loads each message to look into it, and has `pickle` write the arguments for the pool, which refuses lambdas;
    the task then hangs (celery#9091).  The process of the pool loads the message itself.
    """
    if request.content_type == CONTENT_TYPE:
        for name in ("args", "kwargs"):
            request.request_dict.pop(name, None)
