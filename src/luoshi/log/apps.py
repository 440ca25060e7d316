"""The public log as a Django application: pages and files, no table of its own."""

from django.apps import AppConfig


class LogConfig(AppConfig):
    """公开日志."""

    name = "luoshi.log"
    label = "public_log"
