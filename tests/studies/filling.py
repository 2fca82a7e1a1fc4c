"""Fill in a page's form as a browser would: what the page holds, changed where the test types something."""

from html.parser import HTMLParser


class _Fields(HTMLParser):
    """The values of every form of a page: (name, value) pairs in order, by the form's action."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.forms, self.current = [], None
        self.area = self.select = None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        name = attrs.get("name")
        if tag == "form":
            self.current = {"attrs": attrs, "pairs": []}
            self.forms.append(self.current)
        elif self.current is None or "disabled" in attrs:
            return
        elif tag == "input" and name:
            self._input(name, attrs)
        elif tag == "textarea" and name:
            self.area = (name, [])
        elif tag == "select" and name:
            self.select = {"name": name, "multiple": "multiple" in attrs, "first": None, "chosen": []}
        elif tag == "option" and self.select:
            self.select["first"] = attrs["value"] if self.select["first"] is None else self.select["first"]
            if "selected" in attrs:
                self.select["chosen"].append(attrs["value"])

    def _input(self, name, attrs):
        kind = attrs.get("type", "text")
        if kind in ("submit", "button", "image") or (kind in ("checkbox", "radio") and "checked" not in attrs):
            return
        self.current["pairs"].append((name, attrs.get("value", "on" if kind == "checkbox" else "")))

    def handle_data(self, data):
        if self.area:
            self.area[1].append(data)

    def handle_endtag(self, tag):
        if tag == "form":
            self.current = None
        elif tag == "textarea" and self.area:
            name, parts = self.area
            self.current["pairs"].append((name, "".join(parts).removeprefix("\n")))
            self.area = None
        elif tag == "select" and self.select:
            chosen = self.select["chosen"]
            if not chosen and not self.select["multiple"] and self.select["first"] is not None:
                chosen = [self.select["first"]]
            self.current["pairs"] += [(self.select["name"], value) for value in chosen]
            self.select = None


def form_of(response, *, holding):
    """The values of the one form on the page that has the field `holding`, as a dictionary of lists."""
    parser = _Fields()
    parser.feed(response.content.decode())
    (form,) = [form for form in parser.forms if any(name == holding for name, _ in form["pairs"])]
    values = {}
    for name, value in form["pairs"]:
        values.setdefault(name, []).append(value)
    return values


def send(client, address, *, holding, press=None, to=None, follow=False, **typed):
    """Open `address`, type into the form that has the field `holding`, press a button (its name) and return the answer."""
    page = client.get(address)
    assert page.status_code == 200, page.status_code
    values = form_of(page, holding=holding) | {
        name: value if isinstance(value, list) else [value] for name, value in typed.items()
    }
    values = {name: value for name, value in values.items() if value != [None]}
    if press:
        values[press] = ["pressed"]
    return client.post(to or address, values, follow=follow)


def form_to(response, ending):
    """Address and values of the form that is posted to an address with this path ending."""
    parser = _Fields()
    parser.feed(response.content.decode())
    found = [
        form for form in parser.forms if form["attrs"].get("action", "").split("?")[0].split("#")[0].endswith(ending)
    ]
    values = {}
    for name, value in found[0]["pairs"]:
        values.setdefault(name, []).append(value)
    return found[0]["attrs"]["action"].split("#")[0], values
