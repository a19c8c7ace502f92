"""Makes the pictures of docs/pictures: the page and a run in Prefect's UI, of the seeds.

Needs Chromium on the path. Writes `docs/pictures/*.png`, and nothing else that stays.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.flows.service.served import PrefectServer

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "pictures"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_QUIET = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


def main() -> None:
    """Load the seeds with a Prefect server beside them, and look at both."""
    chromium = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if chromium is None:
        sys.exit(f"no browser: none of {', '.join(_NAMES)} is on the path")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        server = PrefectServer(home)
        try:
            warehouse, page = home / "news.duckdb", home / "news.html"
            _newshouse(server, "run", "seeds/articles", "--warehouse", str(warehouse))
            _newshouse(server, "explore", "--export", str(page), "--warehouse", str(warehouse))
            (run,) = server.api.ask("/flow_runs/filter", {})
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=list(_QUIET))
                _shoot(browser, page.as_uri(), "explore", 1150, 900)
                _shoot(browser, f"{server.url}/runs/flow-run/{run['id']}", "prefect_run", 1300, 900)
                browser.close()
        finally:
            server.kill()


def _newshouse(server: PrefectServer, *words: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "flows.main", *words],
        cwd=ROOT, env=server.environment(), check=True,
    )  # fmt: skip


def _shoot(browser: Browser, address: str, name: str, width: int, height: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": height}, locale="en-GB")
    page.goto(address)
    page.wait_for_load_state("networkidle")
    time.sleep(4)  # charts and graphs move into place
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} kB")
    page.close()


if __name__ == "__main__":
    main()
