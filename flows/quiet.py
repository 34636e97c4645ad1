"""Before Prefect is imported: settings for batches on one machine, where the user has none of their own."""

from __future__ import annotations

import os

_ALWAYS = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_CLI_PROMPT": "false",
}
_LOGS = {
    "PREFECT_LOGGING_LEVEL": "ERROR",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
}
_EMBEDDED = {
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "true",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
    "PREFECT_API_REQUEST_TIMEOUT": "180",
    # One flow run a batch needs neither schedules nor automations; each of them wakes up all the time.
    "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_FOREMAN_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_REPOSSESSOR_ENABLED": "false",
}


def settle_environment(*, quiet: bool = True, embedded: bool = True) -> None:
    """Set what the user has not: no telemetry, few logs, an embedded server that does no more than it must.

    A server that is to keep schedules must do more, and is not ``embedded``. Has to run before
    Prefect is imported; child processes inherit it.
    """
    for settings in (_ALWAYS, _LOGS if quiet else {}, _EMBEDDED if embedded else {}):
        for name, value in settings.items():
            os.environ.setdefault(name, value)
