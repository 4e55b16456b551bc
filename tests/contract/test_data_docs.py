"""Great Expectations' own page, kept without its calls home."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyarrow as pa
import pytest
from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer

from headgate.adapters.gx_suites.docs import data_docs_page
from headgate.adapters.gx_suites.offline import offline
from headgate.core.suite import Expectation

EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"
TABLE = pa.table({"co2": [350.0, 351.0, None, 412.125], "station": ["a", "b", EVIL, "x"], EVIL: [1, 2, 3, 4]})


class Whole:
    """A scan of one part."""

    num_rows = TABLE.num_rows
    column_names = TABLE.column_names

    def parts(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        yield TABLE if columns is None else TABLE.select(columns)


def expectation(kind: str, place: int, **kwargs: object) -> Expectation:
    return Expectation(type=kind, kwargs=kwargs, place=place, notes=EVIL)


@pytest.fixture(scope="module")
def page() -> str:
    return data_docs_page(
        [
            expectation("expect_table_row_count_to_be_between", 0, min_value=1),
            expectation("expect_column_values_to_be_between", 1, column="co2", max_value=400),
            expectation("expect_column_values_to_be_in_set", 2, column="station", value_set=["a", "b", EVIL + "2"]),
            expectation("expect_column_values_to_be_in_set", 3, column=EVIL, value_set=[1, 2]),
            expectation("expect_column_values_to_not_be_null", 4, column="absent"),
        ],
        Whole(),
    )


class Elements(HTMLParser):
    """Every element with its attributes, and all text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_page_says_what_great_expectations_found(page: str) -> None:
    text = " ".join(" ".join(Elements(page).texts).split())
    assert "values must be less than or equal to 400" in text
    assert "412.125" in text
    assert "Evaluated Expectations 5" in text


def test_nothing_is_loaded_or_run(page: str) -> None:
    elements = Elements(page).found
    assert not {tag for tag, _ in elements} & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    assert not [n for _, attrs in elements for n in attrs if n.startswith("on") or n in {"src", "srcset", "style"}]
    assert all((attrs.get("href") or "#").startswith("#") for _, attrs in elements)
    assert not re.findall(r"url\(|@import", page)
    policy = next(attrs["content"] for _, attrs in elements if attrs.get("http-equiv") == "Content-Security-Policy")
    assert (policy or "").startswith("default-src 'none'")


def test_where_great_expectations_fails_the_page_says_so_as_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(EVIL)

    monkeypatch.setattr(ValidationResultsPageRenderer, "render", fail)
    found = Elements(data_docs_page([expectation("expect_column_to_exist", 0, column="co2")], Whole()))
    assert "Great Expectations couldn't draw its page" in found.texts
    assert not {"script", "img"} & {name for name, _ in found.found}


def test_links_within_the_page_lead_somewhere(page: str) -> None:
    elements = Elements(page).found
    ids = {attrs["id"] for _, attrs in elements if "id" in attrs}
    links = {(attrs.get("href") or "")[1:] for tag, attrs in elements if tag == "a" and "href" in attrs}
    assert links
    assert links <= ids


def test_what_rows_and_suites_hold_is_text(page: str) -> None:
    assert EVIL in "".join(Elements(page).texts)


def test_a_page_that_closes_nothing_is_cleaned_too() -> None:
    html = offline('<p>one<script>x<p>two</p></script><b>three<a href="javascript:x()">four<iframe src="//a">')
    assert html.endswith("<p>one<b>three<a>four</body></html>\n")


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs a browser")
def test_a_browser_asks_nobody_for_anything(page: str, tmp_path: Path) -> None:
    asked: list[str] = []

    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(502)

        def do_CONNECT(self) -> None:
            asked.append(self.path)
            self.send_error(502)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    def opened(html: str) -> set[str]:
        asked.clear()
        file = tmp_path / "page.html"
        file.write_text(html, encoding="utf-8")
        subprocess.run(
            [
                *("chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"),
                *("--disable-background-networking", "--disable-component-update", "--dump-dom"),
                *("--virtual-time-budget=2000", f"--proxy-server=127.0.0.1:{server.server_port}", file.as_uri()),
            ],
            capture_output=True,
            check=True,
            timeout=120,
        )
        return {address for address in asked if not re.search(r"google|gstatic|gvt1|chrome", address)}

    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        assert opened('<img src="http://example.test/logo.png">'), "the proxy sees what a page asks for"
        assert opened(page) == set()
    finally:
        server.shutdown()
        server.server_close()
