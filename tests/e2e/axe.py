"""The accessibility rules of axe-core, run inside a page."""

from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COUNTS = ("serious", "critical")
RUN = "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})"


def violations(page: Page) -> list[str]:
    """The serious and critical ones, each with the elements it names.

    The page must have been opened with `bypass_csp`: our policy lets no foreign script in.
    """
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(path=str(files("axe_core_python") / "axe.min.js"))
    found: list[dict[str, Any]] = page.evaluate(RUN, RULES)["violations"]
    return [
        f"{each['id']}: {each['help']}: {[node['target'] for node in each['nodes']][:5]}"
        for each in found
        if each["impact"] in COUNTS
    ]
