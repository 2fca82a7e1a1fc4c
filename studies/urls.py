"""Addresses of the public atlas."""

from django.urls import URLPattern

app_name = "studies"
urlpatterns: list[URLPattern] = []
