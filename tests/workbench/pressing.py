"""Pressing buttons as a browser does: with every field that the form has on the page."""

import re
from html.parser import HTMLParser

FIELDS = ("input", "select", "textarea")


class Form:
    """A form of a page.

    Attributes:
        action: where it is sent.
        values: what is sent of each field, before anybody types.
        names: of the fields, by what stands beside them.
        options: of each field that has some, the values by what is shown.
        buttons: the field that each sends along, by what stands on it.
        ticks: the values of the boxes to tick.
    """

    def __init__(self, action):
        self.action = action
        self.values, self.names, self.ticks = {}, {}, {}
        self.options, self.buttons = {}, {}


def forms_of(page):
    """The forms of a page, in their order."""
    reader = _Reader()
    reader.feed(page)
    return reader.forms


class Hand:
    """Fills in the forms of a page, by the words that stand on it.

    Args:
        client: who asks for the page, with a session there.
    """

    def __init__(self, client):
        self._client = client
        self._typed = {}

    def choose(self, option, field):
        """Choose an option by its words, or by its value."""
        form, name = self._field(field)
        options = form.options[name]
        [value] = [value for shown, value in options.items() if option in (shown, value)]
        self._typed[field] = value

    def write(self, text, field):
        """Type a text, or a number."""
        form, name = self._field(field)
        assert name not in form.ticks
        assert name not in form.options
        self._typed[field] = text

    def tick(self, field):
        """Tick a box."""
        form, name = self._field(field)
        self._typed[field] = form.ticks[name]

    def press(self, button):
        """Press a button: what was typed is sent, and nothing is refused."""
        [form] = [each for each in self._forms() if button in each.buttons]
        typed = {form.names[field]: value for field, value in self._typed.items()}
        self._typed = {}
        data = {**form.values, **typed, **form.buttons[button]}
        answer = self._client.post(form.action, data=data)
        assert answer.status_code == 200, answer.text
        assert 'role="alert"' not in answer.text, answer.text

    def _field(self, words):
        [form] = [each for each in self._forms() if words in each.names]
        return form, form.names[words]

    def _forms(self):
        return forms_of(self._client.get("/").text)


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms = []
        self._label = self._button = self._option = self._area = None
        self._select = None

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "form":
            self.forms.append(Form(found["action"]))
        if not self.forms:
            return
        form = self.forms[-1]
        match tag:
            case "label":
                self._label, self._named = "", None
            case "button":
                named = found.get("name")
                self._button, self._sends = "", {named: found["value"]} if named else {}
            case "option":
                self._option, self._found = "", found
        if tag in FIELDS and "name" in found:
            self._begin_field(tag, form, found)

    def _begin_field(self, tag, form, found):
        name = self._named = found["name"]
        if tag == "select":
            self._select = name
            form.options[name] = {}
        elif tag == "textarea":
            self._area = name
            form.values[name] = ""
        elif found.get("type") == "checkbox":
            form.ticks[name] = found.get("value", "on")
            if "checked" in found:
                form.values[name] = form.ticks[name]
        else:
            form.values[name] = found.get("value", "")

    def handle_data(self, data):
        if self._area:
            self.forms[-1].values[self._area] += data
        elif self._option is not None:
            self._option += data
        elif self._button is not None:
            self._button += data
        elif self._label is not None:
            self._label += data

    def handle_endtag(self, tag):
        if not self.forms:
            return
        form = self.forms[-1]
        match tag:
            case "option":
                shown = _plain(self._option)
                value = self._found.get("value", shown)
                form.options[self._select][shown] = value
                # A browser shows the first one unless another is selected.
                if "selected" in self._found or self._select not in form.values:
                    form.values[self._select] = value
                self._option = None
            case "textarea":
                self._area = None
            case "select":
                self._select = None
            case "button":
                form.buttons[_plain(self._button)] = self._sends
                self._button = None
            case "label":
                form.names[_plain(self._label)] = self._named
                self._label = None


def _plain(text):
    return re.sub(r"\s+", " ", text).strip()
