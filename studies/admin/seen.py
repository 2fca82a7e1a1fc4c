"""Two people at one form: whoever saves second is told, with their own words still in it."""

from __future__ import annotations

from typing import Any, TypeVar

from django import forms
from django.db import connection
from django.db.models import Model
from django.http import HttpRequest

AnyModel = TypeVar("AnyModel", bound=Model)


class SeenForm(forms.ModelForm):
    """A form that knows which save it was opened on. `counted` is the column that goes up with each save."""

    counted = "edition"
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "seen" in self.fields:
            self.fields["seen"].initial = getattr(self.instance, self.counted)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        saved = getattr(self.instance, self.counted)
        if self.instance.pk and cleaned.get("seen") != saved:
            self.add_error(
                None,
                "Somebody else saved this text while you wrote. Open it in another tab, compare, and save again here: "
                "your words are still below.",
            )
            self.data = self.data.copy()
            self.data["seen"] = str(saved)
        return cleaned


def held(request: HttpRequest, obj: AnyModel | None) -> AnyModel | None:
    """What a form is about, as it is now; locked while it is saved, so that nothing comes between the look and the write."""
    if obj and request.method == "POST" and connection.in_atomic_block:
        type(obj)._default_manager.select_for_update(of=("self",), no_key=True).get(pk=obj.pk)
        obj.refresh_from_db()
    return obj
