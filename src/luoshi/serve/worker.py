"""The worker: runs queued and periodic jobs, and seals the log. Run by the supervisor as `python -m luoshi.serve.worker`."""

import os
import signal
from typing import Any

import django

from luoshi.serve.lifeline import end_with_parent

_GRACE = 8  # seconds a running job has to finish when the worker is told to stop


async def retry_stalled(context: Any, timestamp: int) -> None:
    """Queue again what a killed worker had begun; jobs stand repetition."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        await manager.retry_job(job)


def main() -> None:
    """Work until SIGTERM. Finished jobs are deleted; failed ones stay to be looked at."""
    end_with_parent(signal.SIGTERM)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "luoshi.settings")
    django.setup()
    from django.conf import settings
    from procrastinate.contrib.django import app

    from luoshi.serve.sealer import Bringer, Sealer

    seconds = settings.CONF.number("seal_seconds")
    sealer = Sealer(seconds)
    sealer.start()
    Bringer(seconds, sealer.sealed).start()

    name = "serve.retry_stalled"
    task = app.task(name=name, queue="clock", queueing_lock=name, pass_context=True)(retry_stalled)
    app.periodic(cron="* * * * *", periodic_id=name)(task)
    # Not `replace_connector`: a job that defers another must do so in its own Django transaction.
    worker = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    worker.run_worker(
        concurrency=1,
        delete_jobs="successful",
        shutdown_graceful_timeout=_GRACE,
        install_signal_handlers=True,
    )


if __name__ == "__main__":
    main()
