"""A warehouse whose every text is written to break a page. Proves nothing itself."""

from __future__ import annotations

from pathlib import Path

from tests.warehouse.made_up import PEOPLE, MadeUp, hex16, made_up_run
from tests.warehouse.test_publish import publish_run

SCRIPT = "</div></script><script>document.title='owned'</script>"
PICTURE = "<img src=http://127.0.0.1:9/track.png onerror=\"document.title='owned'\">"
TEMPLATE = "{{7*7}} ${7*7} $$x$$ ::lucide:skull:: [a](javascript:document.title='owned') **b** `c`"
TURNED = "\u202egnorw si siht\u202c \x00\x07"
EVIL = f"{SCRIPT}{PICTURE} \"quoted\" 'single' {TEMPLATE} {TURNED}"

ARTICLE = hex16("plain")
EVIL_ARTICLE = hex16(EVIL)
EVIL_ENTITY = hex16(PEOPLE[0])


def hostile_run() -> MadeUp:
    """Two articles, one of them evil in title, text, names, outlet, checks and quarantine."""
    run = made_up_run(1, {EVIL: 1, "plain": 1})
    for entity in run.rows["entity"]:
        entity["name"] = f"{entity['name']} {EVIL}"
    for source in run.rows["source"]:
        source["name"] = EVIL
    for article in run.rows["article"]:
        article |= {"byline": EVIL, "section": EVIL, "url": "javascript:document.title='owned'"}
    for block in run.rows["block"]:
        block["rule"] = EVIL
    last = max(run.rows["block"], key=lambda block: (block["article_id"] == EVIL_ARTICLE,
                                                     block["block_no"]))  # fmt: skip
    last["kind"], last["is_body"] = "promo", False
    run.add("quarantine", quarantine_id=hex16("q"), run_id=run.run_id, source_uri=f"/made/{EVIL}",
            locator=EVIL, stage="extract", rule="evil_file", message=EVIL, payload=EVIL,
            status="open")  # fmt: skip
    run.add("check_result", run_id=run.run_id, suite="block", check_id=f"block.text.{EVIL}",
            table_name="block", severity="warning", success=False, observed=EVIL,
            checked_count=10, failed_count=3, notes=EVIL)  # fmt: skip
    return run


def publish_hostile(warehouse: Path) -> None:
    """Publish it."""
    publish_run(hostile_run(), warehouse)
