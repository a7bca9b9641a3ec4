"""The pages in a real browser, over the demonstration region as `./run` makes and serves it."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from gunmane.resources import DATA, ROOT, STATIC

pytestmark = pytest.mark.browser

ASSETS = 900
ARGUMENTS = (
    "--no-sandbox",  # there is none for root and in containers
    "--use-angle=swiftshader",  # the map needs WebGL, the machine may have no graphics
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
)
SCREENS = {"phone": (390, 844), "desk": (1280, 900)}
LANGUAGES = ("ja", "en")


class Service:
    """The running demonstration: its address, its output folder and its keys by role."""

    def __init__(self, base: str, out: Path, said: str) -> None:
        self.base, self.out = base, out
        self.keys = dict(re.findall(r"^\s+(\w+)\s+(gm_\S+)$", said, re.MULTILINE))
        self.built = json.loads((out / "build.json").read_text(encoding="utf-8"))

    def api(self, path: str) -> Any:
        """Ask the API as a planner."""
        request = urllib.request.Request(
            self.base + path, headers={"Authorization": f"Bearer {self.keys['planner']}"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def count(self, path: str) -> int:
        """Count the items of a list over all its pages."""
        found, href = 0, path
        while href:
            page = self.api(href)
            found += len(page["items"])
            href = page.get("next")
        return found


def free_port() -> int:
    """Ask the system for a port that nobody uses."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def ready(base: str) -> bool:
    """Tell whether the service answers."""
    try:
        with urllib.request.urlopen(base + "/ready", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """`gunmane demo` in a folder of its own."""
    assert (STATIC / "maplibre" / "maplibre-gl.mjs").is_file(), "the browser parts are missing: run `gunmane parts`"
    home = Path(tempfile.mkdtemp(prefix="gunmane-browser-"))
    home.chmod(0o755)
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("GUNMANE_", "DATABASE_URL"))},
        "GUNMANE_HOME": str(home / "home"),
        "GUNMANE_PORT": str(port),
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONUNBUFFERED": "1",
    }
    out, log, base = home / "out", home / "log", f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "gunmane", "demo", "--assets", str(ASSETS), "--out", str(out)]
    with log.open("wb") as sink:
        process = subprocess.Popen(command, stdout=sink, stderr=subprocess.STDOUT, env=environment)
    try:
        for _ in range(480):
            if ready(base):
                break
            assert process.poll() is None, log.read_text(errors="replace")
            time.sleep(0.5)
        else:
            pytest.fail("the demonstration did not come up:\n" + log.read_text(errors="replace"))
        yield Service(base, out, log.read_text(errors="replace"))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Chromium from the path, else the one that belongs to Playwright."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    async with async_playwright() as playwright:
        if found is None and not Path(playwright.chromium.executable_path).exists():
            pytest.skip("there is no Chromium: install the package `chromium`, or run `playwright install chromium`")
        running = await playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield running
        await running.close()


class Visitor:
    """A browser window that notes what must not happen."""

    def __init__(self, service: Service, context: BrowserContext, page: Page) -> None:
        self.service, self.context, self.page = service, context, page
        self.faults: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))
        page.on(
            "response",
            lambda answer: self.faults.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None,
        )

    async def sign_in(self) -> None:
        """Type the planner's key."""
        await self.page.goto(self.service.base)
        self.faults.clear()  # the first page is answered with 401, which the browser notes as an error
        await self.page.locator("#key").fill(self.service.keys["planner"])
        await self.page.locator("main button").click()
        await self.page.wait_for_url("**/regions/*")

    async def check(self, language: str) -> None:
        """Nothing failed, nothing left the machine, nothing overflows, every text is in the language."""
        assert self.faults == []
        outside = [url for url in self.asked if urlsplit(url).scheme in ("http", "https", "ws", "wss")]
        assert [url for url in outside if urlsplit(url).netloc != urlsplit(self.service.base).netloc] == []
        width, window = await self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width <= window, f"the page is {width} wide in a window of {window}"
        assert await self.page.evaluate("document.documentElement.lang") == language
        assert await self.page.evaluate(CUT) == []
        texts = set(await self.page.evaluate(TEXTS))
        catalogue, other = (
            tomllib.loads((DATA / "texts" / one / "pages.toml").read_text(encoding="utf-8"))
            for one in (language, "en" if language == "ja" else "ja")
        )
        foreign = {value for key, value in other.items() if value and value != catalogue[key] and key != "language"}
        assert texts & foreign - set(catalogue.values()) == set(), "a text of the other language"
        assert texts & {key for key in catalogue if "_" in key} == set(), "a name of a text in place of the text"
        assert not [text for text in texts if re.search(r"\{\w*\}|\bNone\b|\bnan\b", text)]


CUT = """[...document.querySelectorAll("main *, header *")].filter((e) => {
  const s = getComputedStyle(e);
  return s.overflowX === "hidden" && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 1 && !e.closest("#map");
}).map((e) => e.outerHTML.slice(0, 200))"""
TEXTS = """(() => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (walk.nextNode()) if (!walk.currentNode.parentElement.closest("script, style"))
    found.push(walk.currentNode.textContent.replace(/\\s+/g, " ").trim());
  return found;
})()"""


@pytest.fixture(params=[(screen, language) for screen in SCREENS for language in LANGUAGES], ids="-".join)
async def visitor(request: pytest.FixtureRequest, service: Service, browser: Browser) -> AsyncIterator[Visitor]:
    """A visitor at each width and in each language, signed in."""
    screen, language = request.param
    width, height = SCREENS[screen]
    context = await browser.new_context(viewport={"width": width, "height": height}, locale=language)
    made = Visitor(service, context, await context.new_page())
    made.page.set_default_timeout(30_000)
    await made.sign_in()
    yield made
    await context.close()


def language_of(visitor: pytest.FixtureRequest) -> str:
    return visitor.node.callspec.params["visitor"][1]


async def ready_map(page: Page) -> None:
    """Wait until the map has drawn what it shows."""
    await expect(page.locator("#map")).to_have_attribute("data-ready", "yes", timeout=30_000)


async def test_the_start_page_shows_where_things_stand(visitor: Visitor, request: pytest.FixtureRequest) -> None:
    page, service, language = visitor.page, visitor.service, language_of(request)
    figures = [text.replace(",", "") for text in await page.locator(".figures b").all_inner_texts()]
    assert int(figures[0]) == service.built["counts"]["assets"]
    tallies = service.api("/v1/tallies?measure=due")["items"]
    overdue = sum(one["n"] for one in tallies if one["bucket"].endswith(":overdue"))
    assert int(figures[2]) == overdue > 0
    members = await page.locator("section[aria-labelledby=owners] tbody th").all_inner_texts()
    assert len(members) == len(set(members)) == 5
    grades = page.locator("section[aria-labelledby=grades] .grade")
    assert await grades.count() >= 5
    for bar in await grades.all():
        counts = [int(text.replace(",", "")) for text in await bar.locator("li:not(.none) b").all_inner_texts()]
        drawn = [float(await one.get_attribute("width") or 0) for one in await bar.locator("rect").all()]
        assert sum(counts) > 0
        assert drawn == pytest.approx([1000 * count / sum(counts) for count in counts])
    await ready_map(page)
    towns = [one for one in members if await page.locator("#map .place", has_text=one).count() == 1]
    assert len(towns) >= 3, "the map names whose area is where"
    await expect(page.locator("#map-credit")).to_be_visible()
    await visitor.check(language)


async def test_an_asset_is_found_by_its_number(visitor: Visitor, request: pytest.FixtureRequest) -> None:
    page, language = visitor.page, language_of(request)
    row = page.locator("table.assets tbody tr").first
    name, words = await row.locator("a").inner_text(), (await row.locator("th small").inner_text()).split()
    number = words[-1] if len(words) > 1 else name
    await page.locator("form.search input").fill(number)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/assets?q=*")
    assert await page.locator("input[name=q]").input_value() == number
    await expect(page.locator("tbody th a", has_text=name).first).to_be_visible()
    await visitor.check(language)


async def test_a_filter_narrows_list_and_map(visitor: Visitor, request: pytest.FixtureRequest) -> None:
    page, language = visitor.page, language_of(request)
    await ready_map(page)
    everything = await page.locator("#map canvas").screenshot()
    classes = set(await page.locator("table.assets tbody th small").all_inner_texts())
    visitor.asked.clear()
    await page.locator("select[name=class]").select_option("bridge")
    await page.locator("form.filter:not(.search) button").click()
    await page.wait_for_url("**class=bridge*")
    await ready_map(page)
    word = {"ja": "橋梁", "en": "bridge"}[language]
    narrowed = await page.locator("table.assets tbody th small").all_inner_texts()
    assert len(classes) > 1
    assert narrowed
    assert all(text.startswith(word) for text in narrowed)
    assert await page.locator("select[name=class]").input_value() == "bridge"
    tiles = [url for url in visitor.asked if "/tiles/" in url]
    assert tiles
    assert all("class=bridge" in url for url in tiles)
    assert await page.locator("#map canvas").screenshot() != everything
    await visitor.check(language)


async def test_the_plan_opens(visitor: Visitor, request: pytest.FixtureRequest) -> None:
    page, opened = visitor.page, list[str]()
    page.on("download", lambda download: opened.append(download.url))  # a Chromium without a viewer for PDF
    page.on("framenavigated", lambda frame: opened.append(frame.url))
    link = page.locator("a.document")
    href = visitor.service.base + (await link.get_attribute("href") or "")
    await link.click()
    for _ in range(100):
        if href in opened:
            break
        await page.wait_for_timeout(100)
    assert opened[0] == href
    answer = await visitor.context.request.get(href)
    assert answer.headers["content-type"] == "application/pdf"
    assert await answer.body() == (visitor.service.out / "plan.pdf").read_bytes()
    assert visitor.faults == []


async def test_due_dates_and_an_asset_say_why(visitor: Visitor, request: pytest.FixtureRequest) -> None:
    """From the table of duties to the list, from the list to one asset, each date with article and day."""
    page, language = visitor.page, language_of(request)
    basis = {"ja": "根拠: ", "en": "Basis: "}[language]
    as_of = {"ja": "現在: ", "en": "As of "}[language]
    link = page.locator("section[aria-labelledby=due] tbody a[href*='duty=road.periodic&state=due']")
    await link.click()
    await page.wait_for_url("**/due?*")
    rows = page.locator("table.dues tbody tr")
    assert await rows.count() > 0
    for text in await page.locator("table.dues td.reason").all_inner_texts():
        assert basis in text
        assert as_of in text
    await visitor.check(language)
    await rows.first.locator("th a").click()
    await page.wait_for_url("**/assets/*")
    assert basis in await page.locator("section[aria-labelledby=duties] .reason").first.inner_text()
    assert await page.locator("section[aria-labelledby=past] tbody tr").count() > 0
    assert await page.locator(".figures dd").count() == 4
    await visitor.check(language)


async def test_the_language_stays_as_chosen(visitor: Visitor, request: pytest.FixtureRequest) -> None:
    page, language = visitor.page, language_of(request)
    other = "en" if language == "ja" else "ja"
    await page.locator(f"header a[hreflang={other}]").click()
    await page.wait_for_url("**lang=*")
    await visitor.check(other)
    await page.goto(visitor.service.base)
    await visitor.check(other)


async def test_a_wrong_key_is_told(service: Service, browser: Browser) -> None:
    context = await browser.new_context(locale="ja")
    page = await context.new_page()
    await page.goto(service.base)
    await page.locator("#key").fill("gm_wrong")
    await page.locator("main button").click()
    await expect(page.locator("[role=alert]")).to_be_visible()
    await context.close()
