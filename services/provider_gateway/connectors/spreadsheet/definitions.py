"""Spreadsheet providers as an installation names them: one TOML file each, in a folder of the settings.

    sheet_csxh.toml
        title = "Ngân hàng Chính sách xã hội huyện A Lưới"   # as it stands on lists
        folder = "sheet_csxh"             # where files are laid and fetched; relative to this folder, or absolute
        template = "csxh-template.toml"   # left out: ChiTra's own

The file's name is the provider's. Its results are signed with the key whose public half is `<name>.pem` among the keys of
providers.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from services.provider_gateway.connectors.spreadsheet.template import Template, WrongTemplate, default_template, load_template
from shared.kernel.errors import Refusal
from shared.settings import BAD_SETTING

PREFIX = "sheet_"
_NAME = re.compile(r"^sheet_[a-z_]{1,30}$")
_KEYS = ("title", "folder", "template")


@dataclass(frozen=True, slots=True)
class Definition:
    """A spreadsheet provider."""

    name: str
    title: str
    folder: Path
    template: Template


def load_definitions(folder: Path | None) -> Sequence[Definition]:
    """All of a folder, by name; none without one. Raises `bad-setting`, saying which file is wrong and how."""
    if folder is None:
        return ()
    if not folder.is_dir():
        raise Refusal(BAD_SETTING, f"CHITRA_SPREADSHEET_PROVIDERS: {folder} is no folder")
    paths = sorted(path for path in folder.glob(f"{PREFIX}*.toml") if path.is_file())
    found = [_load(path) for path in paths]
    folders = [each.folder.resolve() for each in found]
    for each in found:
        if folders.count(each.folder.resolve()) > 1:
            raise Refusal(BAD_SETTING, f"{each.name}.toml: another provider has the same folder")
    return found


def _load(path: Path) -> Definition:
    def wrong(what: str) -> Refusal:
        return Refusal(BAD_SETTING, f"{path.name}: {what}")

    if not _NAME.match(path.stem):
        raise wrong("a provider's name is sheet_ and up to 30 small letters or _")
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise wrong(f"not readable as TOML: {error}") from None
    unknown = sorted(data.keys() - set(_KEYS))
    if unknown:
        raise wrong(f"unknown key {unknown[0]!r}; known are {', '.join(_KEYS)}")
    for key in ("title", "folder"):
        if not isinstance(data.get(key), str) or not data[key].strip():
            raise wrong(f"{key}: a text is missing")
    template = data.get("template")
    if template is not None and not isinstance(template, str):
        raise wrong("template: the name of a file")
    try:
        made = load_template(path.parent / template) if template else default_template()
    except WrongTemplate as error:
        raise wrong(f"template {error}") from None
    return Definition(path.stem, data["title"].strip(), path.parent / data["folder"], made)
