"""`luoshi people`: what only whoever runs the installation may do for administrators who cannot."""

import click

from luoshi.cli.said import said
from luoshi.cli.session import connected
from luoshi.kernel.text import T


@click.group()
def people() -> None:
    """管理员：确认任命、重置第二因素。Administrators: confirm an appointment, reset a second factor."""


@people.command()
@click.argument("login")
def confirm(login: str) -> None:
    """确认一次等着的任命。Confirm an appointment that waits (a city without a security administrator)."""
    with connected():
        from luoshi.kernel.problems import Absent
        from luoshi.kernel.viewer import OPERATOR
        from luoshi.people import reads
        from luoshi.people.admin.actions import appoint
        from luoshi.people.admin.reads import waiting

        person = reads.person(login)
        found = waiting(person) if person else []
        if not found:
            raise Absent(T("没有等着确认的任命：{login}", "No appointment waits: {login}").fill(login=login))
        appoint.confirm(viewer=OPERATOR, on=str(found[0].log_id))
    said(T("已确认 {login} 的任命。", "The appointment of {login} is confirmed.").fill(login=login))


@people.command("reset-factor")
@click.argument("login")
def reset_factor(login: str) -> None:
    """重置一个人的第二因素。Reset a person's second factor."""
    with connected():
        from luoshi.kernel.problems import Absent
        from luoshi.kernel.viewer import OPERATOR
        from luoshi.people import reads
        from luoshi.people.second.actions import reset

        person = reads.person(login)
        if person is None or not reset(OPERATOR, person):
            raise Absent(T("没有第二因素：{login}", "No second factor: {login}").fill(login=login))
    said(
        T("已重置 {login} 的第二因素，会话已结束。", "{login}'s second factor is reset, sessions ended.").fill(
            login=login
        )
    )
