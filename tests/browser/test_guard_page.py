"""A Shiny page behind the guard in a real browser: it works under the policy, others stay out."""

from __future__ import annotations

import pytest
from shiny import App, Inputs, Outputs, Session, reactive, render, ui

from demarche.show.workbench.guard import Guard
from demarche.show.workbench.guard_replies import hashes_of
from tests.show.workbench.serving import TOKEN, lived, served

pytestmark = pytest.mark.browser
HEAD = '<meta name="shiny-dependency-placeholder" content="">'
HOSTILE = (
    "<script>window.hurt = 1</script><img src=x onerror='window.hurt = 1'>"
    "<a id=link href='javascript:window.hurt = 1'>x</a><button id=b onclick='window.hurt = 1'>y"
    "</button><svg onload='window.hurt = 1'></svg><img src='https://example.com/x.png'>"
    "<style>h1 { color: rgb(9, 9, 9) }</style><iframe src='https://example.com'></iframe>"
)
"""What an article could bring in, were a page to forget to escape it."""


def tiny(*, hostile: bool = False) -> App:
    """A page with an output that follows an input, and markup that comes later."""

    def page(request):
        nonce = request.scope["state"]["nonce"]
        return ui.page_html(
            f"""<!doctype html><html lang="en"><head>{HEAD}<title>t</title>
            <link rel="icon" href="data:,">
            <style nonce="{nonce}">h1 {{ color: rgb(1, 2, 3) }}</style>
            <script nonce="{nonce}">document.documentElement.dataset.ran = "yes"</script></head>
            <body><h1>A page</h1><div id="twice" class="shiny-text-output"></div>
            <div id="late" class="shiny-html-output"></div>{HOSTILE if hostile else ""}</body>
            </html>"""
        )

    def server(input: Inputs, output: Outputs, session: Session) -> None:
        @render.text
        def twice() -> str:
            return f"twice {2 * input.n() if 'n' in input else 0}"

        @render.ui
        @reactive.event(input.n)
        def late() -> ui.TagList:
            return ui.TagList(
                ui.HTML('<svg width="9" height="9"><rect id="r" style="fill: red"></rect></svg>'),
                ui.input_action_button("more", f"more {input.n()}"),
            )

    return App(page, server)


def guarded(app: App):
    bare = App(ui.page_html(f"<html><head>{HEAD}</head></html>"), None).ui["html"]
    return served(lambda port: Guard(app, token=TOKEN, port=port, hashes=hashes_of(bare)))


def opened(browser, port):
    """A page of a new browser that came by the link, and what its console said."""
    page, said = browser.new_context().new_page(), []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.goto(f"http://127.0.0.1:{port}/?token={TOKEN}&q=1")
    return page, said


def test_a_shiny_page_works_without_a_violation_of_the_policy(browser):
    from playwright.sync_api import expect

    with guarded(tiny()) as port:
        page, said = opened(browser, port)
        expect(page.locator("#twice")).to_have_text("twice 0")
        assert page.url == f"http://127.0.0.1:{port}/?q=1"
        assert page.evaluate("document.documentElement.dataset.ran") == "yes"
        assert page.evaluate("document.documentElement.dataset.shinyBusyPulse") == "true"
        colour = "getComputedStyle(document.querySelector('h1')).color"
        assert page.evaluate(colour) == "rgb(1, 2, 3)"
        assert page.evaluate("document.cookie") == ""
        page.evaluate("Shiny.setInputValue('n', 21)")
        expect(page.locator("#twice")).to_have_text("twice 42")
        expect(page.locator("#more")).to_contain_text("more 21")
        fill = "getComputedStyle(document.getElementById('r')).fill"
        assert page.evaluate(fill) == "rgb(255, 0, 0)"
        page.reload()
        expect(page.locator("#twice")).to_have_text("twice 0")
        assert said == []
        page.context.close()


def test_hostile_markup_that_reaches_a_page_does_not_run(browser):
    from playwright.sync_api import expect

    asked = []
    with guarded(tiny(hostile=True)) as port:
        page, said = opened(browser, port)
        page.on("request", lambda request: asked.append(request.url))
        expect(page.locator("#twice")).to_have_text("twice 0")
        page.click("#b")
        page.click("#link")
        page.reload()
        expect(page.locator("#twice")).to_have_text("twice 0")
        assert page.evaluate("window.hurt === undefined")
        colour = "getComputedStyle(document.querySelector('h1')).color"
        assert page.evaluate(colour) == "rgb(1, 2, 3)"
        assert sum("Content Security Policy" in line for line in said) >= 5
        page.context.close()


def test_a_page_of_another_site_reads_nothing_and_opens_no_socket(browser):
    async def other(scope, receive, send):
        if scope["type"] == "lifespan":
            return await lived(receive, send)
        rows = [(b"content-type", b"text/html")]
        await send({"type": "http.response.start", "status": 200, "headers": rows})
        await send({"type": "http.response.body", "body": b"<title>other</title>"})

    attempt = """async ([port, token]) => {
      const at = `http://127.0.0.1:${port}/`, out = {};
      for (const [name, how] of Object.entries({
        get: {}, cookie: {credentials: "include"}, post: {method: "POST", credentials: "include"},
        simple: {method: "POST", mode: "no-cors", credentials: "include", body: "x"},
        bearer: {headers: {Authorization: `Bearer ${token}`}},
      })) {
        try { const r = await fetch(at, how); out[name] = r.type + r.status; }
        catch (error) { out[name] = "refused"; }
      }
      out.socket = await new Promise(done => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}/websocket/`);
        socket.onopen = () => done("open");
        socket.onerror = () => done("refused");
      });
      out.frame = await new Promise(done => {
        const frame = document.createElement("iframe");
        frame.src = at;
        frame.onload = () => {
          try { done(frame.contentDocument ? "readable" : "hidden"); }
          catch (error) { done("hidden"); }
        };
        document.body.append(frame);
      });
      return out;
    }"""
    with guarded(tiny()) as port, served(lambda number: other) as elsewhere:
        page, _ = opened(browser, port)
        page.goto(f"http://localhost:{elsewhere}/")
        found = page.evaluate(attempt, [port, TOKEN])
        assert found == {
            "get": "refused",
            "cookie": "refused",
            "post": "refused",
            "simple": "refused",
            "bearer": "refused",
            "socket": "refused",
            "frame": "hidden",
        }
        page.context.close()


def test_a_link_on_a_page_of_another_site_opens_the_workbench(browser):
    from playwright.sync_api import expect

    with guarded(tiny()) as port:
        page = browser.new_context().new_page()
        link = f"http://127.0.0.1:{port}/?token={TOKEN}&q=2"
        page.goto(f"data:text/html,<a id=a href='{link.replace('&', '%26')}'>open</a>")
        page.click("#a")
        expect(page.locator("#twice")).to_have_text("twice 0")
        assert page.url == f"http://127.0.0.1:{port}/?q=2"
        page.context.close()
