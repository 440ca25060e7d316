"""Privacy as a Django application: jobs and pages, no table of its own."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """个人信息."""

    name = "luoshi.privacy"
    label = "privacy"
