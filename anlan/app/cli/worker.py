"""`anlan worker`: the relay, jobs and deadlines."""

import logging

from anlan.app import loops
from anlan.app.cli.django_setup import start_django
from anlan.app.cli.refusal import told


@told
def command() -> None:
    """运行后台任务与日志中继。Run jobs, relay and deadlines."""
    start_django("anlan_worker")
    from anlan.app import observations
    from anlan.app.message_channels import served
    from anlan.app.worker import run
    from anlan.kernel.base.config import config

    config().secret("nats_password_file")  # a missing one is said here, in one sentence
    observations.install()
    served.install()
    logging.getLogger("anlan").setLevel(logging.INFO)
    loops.run(run(config()))
