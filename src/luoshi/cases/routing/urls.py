"""Addresses of the routing rules and of the standard texts, under /work/."""

from django.urls import path

from luoshi.cases.routing import pages, texts

urlpatterns = [
    path("rules/", pages.page, name="rules"),
    path("rules/edit/", pages.edit, name="rules-edit"),
    path("rules/undo/", pages.undo, name="rules-undo"),
    path("texts/", texts.page, name="texts"),
    path("texts/<uuid:text>/", texts.one, name="text"),
    path("texts/<uuid:text>/<str:verb>/", texts.turn, name="text-turn"),
]
