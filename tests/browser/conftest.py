"""A browser for all pages, and pages of a workbench that is served as its users serve it."""

from __future__ import annotations

import os
import shutil

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="module")
def browser():
    """The system's Chromium; skipped with the reason where there is none."""
    if CHROMIUM is None:
        if os.environ.get("DEMARCHE_REQUIRE_ALL") == "1":
            pytest.fail("Chromium is required here: 'make system' installs it")
        pytest.skip("no Chromium on this machine: 'make system' installs it")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield found
        found.close()
