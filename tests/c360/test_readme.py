"""What the README promises exists."""

import json
import re
from importlib import import_module
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from c360.services.attach import ROOT
from profiles.mappings.records import RecordMapping

README = (ROOT / "README.md").read_text("utf-8")
APPS = ("c360", "profiles", "matching", "consent")
ROWS = re.findall(r"^\| `([a-z_]+) ?([^`]*)` \|", README, re.MULTILINE)
DJANGOS = {"migrate", "makemessages"}  # commands of Django that do a little more here


def test_the_table_of_commands_is_complete() -> None:
    ours = {name for name, app in get_commands().items() if app in APPS} - DJANGOS

    assert {name for name, _ in ROWS} == ours


@pytest.mark.parametrize(("command", "usage"), ROWS)
def test_a_command_takes_just_the_options_the_table_names(command: str, usage: str) -> None:
    parser = load_command_class(get_commands()[command], command).create_parser("", command)
    own = import_module(f"{get_commands()[command]}.management.commands.{command}")
    known = {name for action in parser._actions for name in action.option_strings}

    named = set(re.findall(r"--[a-z-]+", usage))

    assert own.Command.help
    assert named <= known
    assert named >= {"--json"} & known


def test_the_mapping_it_shows_is_a_mapping() -> None:
    shown = re.search(r"```\n(\{.*?\n\})\n```", README, re.DOTALL)
    assert shown is not None

    mapping = RecordMapping.parse(json.loads(shown[1]))

    assert "identifiers.loyalty_card" in mapping.attributes


def test_what_it_links_to_is_there() -> None:
    for place in re.findall(r"\]\(([^)#]+)\)", README):
        if not place.startswith("http"):
            assert (ROOT / place).exists(), place


def test_make_knows_every_target_it_names() -> None:
    makefile = Path(ROOT / "Makefile").read_text("utf-8")

    for target in set(re.findall(r"^make ([a-z0-9-]+)", README, re.MULTILINE)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
