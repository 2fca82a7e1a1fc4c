"""Addresses of the private side. None ever holds a secret."""

from django.urls import path

from contributions.views import receipt
from contributions.views.figures import figures
from contributions.views.form import contribute
from contributions.views.thread import add, delete, download, leave

app_name = "contributions"
urlpatterns = [
    path("contribute/", contribute, name="contribute"),
    path("contribute/<slug:slug>/", contribute, name="contribute_study"),
    path("my-contribution/", receipt.my_contribution, name="my_contribution"),
    path("my-contribution/receipt/", receipt.receipt_file, name="receipt_file"),
    path("my-contribution/add/", add, name="add"),
    path("my-contribution/download/", download, name="download"),
    path("my-contribution/delete/", delete, name="delete"),
    path("my-contribution/leave/", leave, name="leave"),
    path("figures/", figures, name="figures"),
]
