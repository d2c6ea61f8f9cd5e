"""Reads scenarios with all they extend; lists those of a folder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from optimizer.domain.scenario import Scenario, Title
from optimizer.errors import DataError, Problem
from optimizer.exchange.cells import explain
from optimizer.exchange.reading import nearest_name
from optimizer.exchange.scenario_source import Source, inherit, other_diseases, rows_from_files
from optimizer.exchange.strict_yaml import Keys, dotted
from optimizer.exchange.tables import refuse_if_faulty

BY_HAND = "set by hand for this plan"


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """A scenario that can be chosen; with `problems` it is listed but cannot be run."""

    name: str
    path: Path
    title: Title | None
    province: str | None
    problems: tuple[Problem, ...] = ()


def read_scenario(path: Path, settings: Sequence[str] = ()) -> Scenario:
    """Read a scenario with all it extends.

    `settings`: ``dotted.key=value``, laid over the file; such a figure counts as assumed.

    Raises
    ------
    DataError
        With every fault, each with its file and line.
    """
    return read_placed(path, settings)[0]


def read_placed(path: Path, settings: Sequence[str] = ()) -> tuple[Scenario, Source]:
    """Read a scenario as `read_scenario`, and keep where each of its keys stands.

    Raises
    ------
    DataError
        With every fault, each with its file and line.
    """
    source = Source()
    inherit(path, (), source)
    other_diseases(source)
    rows_from_files(source)
    for setting in settings:
        _settle(setting, source)
    scenario = _validated(source) if source.complete else None
    if scenario is not None:
        _provenance_names_keys(scenario, source)
    refuse_if_faulty(source.problems)
    if scenario is None:
        raise DataError([Problem("The scenario cannot be read.", "", str(path))])
    return scenario, source


def _settle(setting: str, source: Source) -> None:
    """Lay one setting over the merged scenario."""
    key, equals, text = setting.partition("=")
    keys = tuple(part.strip() for part in key.split("."))
    if not equals or not all(keys):
        source.refuse(
            (), "A setting is key=value: {text}.", "Example: weights.death=50", text=setting
        )
        return
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        value = text
    here = source.data
    for part in keys[:-1]:
        inner = here.get(part)
        if not isinstance(inner, dict):
            here[part] = inner = {}
        here = inner
    here[keys[-1]] = value
    if isinstance(source.data.setdefault("provenance", {}), dict):
        source.data["provenance"][".".join(keys)] = {"source": BY_HAND, "confidence": "assumed"}


def list_scenarios(root: Path) -> tuple[ScenarioFile, ...]:
    """Return the scenarios of a folder by name; what they extend stands in `base/`, unlisted."""
    found = []
    for path in sorted([*root.glob("*.yaml"), *root.glob("*.yml")]):
        try:
            scenario = read_scenario(path)
        except DataError as error:
            found.append(ScenarioFile(path.stem, path, None, None, error.problems))
        else:
            found.append(ScenarioFile(path.stem, path, scenario.title, scenario.province))
    return tuple(found)


def scenario_to_json(scenario: Scenario) -> dict[str, Any]:
    """Return the effective scenario, every default written out (plan folder, scenario.json)."""
    return scenario.model_dump(mode="json")


def scenario_from_json(data: Mapping[str, Any]) -> Scenario:
    """Return the scenario that `scenario_to_json` wrote."""
    return Scenario.model_validate_json(json.dumps(data), strict=True)


def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema of a scenario file."""
    schema = Scenario.model_json_schema()
    note = "a scenario file, relative to this one; mappings merge, everything else replaces"
    schema["properties"]["extends"] = {"type": "string", "description": note}
    schema["required"] = ["title"]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _validated(source: Source) -> Scenario | None:
    """Return the scenario, or None with what does not fit."""
    try:
        return Scenario.model_validate_json(json.dumps(source.data), strict=True)
    except ValidationError as error:
        faulty = {problem.column for problem in source.problems}
        said: set[tuple[Keys, str]] = set()
        for detail in error.errors(include_url=False):
            if source.without_parent and detail["type"] == "missing":
                continue
            keys, union = _real_keys(detail["loc"], source.data)
            fault, remedy, facts = explain(detail)
            value = detail.get("input")
            if detail["type"] == "extra_forbidden":
                meant = nearest_name(str(keys[-1]), _known_keys(keys[:-1]))
                fault = "Unknown key: nobody reads it."
                remedy = "Did you mean {meant}?" if meant else "Delete it or mend its name."
                facts, value = {"meant": meant}, None
            elif union:
                fault = "It must be the word all, or a list of pairs of ids."
                remedy, facts = "Write [[a, b], [c, d]].", {}
            elif dotted(keys) in faulty:
                continue
            if (keys, fault) not in said:
                said.add((keys, fault))
                text = "" if isinstance(value, dict | list | None) else str(value)
                source.refuse(keys, fault, remedy, text, **facts)
    return None


def _real_keys(loc: tuple[int | str, ...], data: Any) -> tuple[Keys, bool]:
    """Return the keys of an error's place, without pydantic's names of union branches."""
    keys: list[str | int] = []
    here = data
    for index, part in enumerate(loc):
        if keys[-1:] == ["roads_cut"]:
            return tuple(keys), True
        if isinstance(here, dict) and (part in here or index == len(loc) - 1):
            here = here.get(str(part))
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
        elif part == "[key]":
            continue
        else:
            break
        keys.append(part)
    return tuple(keys), False


def _known_keys(keys: Keys) -> list[str]:
    """Return the keys that may stand in the mapping at some place."""
    model: type[BaseModel] = Scenario
    rest = [key for key in keys if not isinstance(key, int)]
    while rest:
        field = model.model_fields.get(rest.pop(0))
        models = models_in(field.annotation) if field else []
        if not field or not models:
            return []
        if get_origin(field.annotation) is dict:
            rest = rest[1:]
        model = models[0]
    return [*model.model_fields, *([] if keys else ["extends"])]


def models_in(annotation: Any) -> list[type[BaseModel]]:
    """Return the models that a value of some type may hold."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    parts = getattr(annotation, "__args__", ())
    return [model for part in parts for model in models_in(part)]


def _provenance_names_keys(scenario: Scenario, source: Source) -> None:
    """Refuse provenance of a key that the scenario does not have: it would vouch for nothing."""
    data = scenario_to_json(scenario)
    known = set(_prefixes(data, ""))
    for key in scenario.provenance:
        if key not in known:
            meant = nearest_name(key, known)
            source.refuse(
                ("provenance", key),
                "The scenario has no such key.",
                "Did you mean {meant}?" if meant else "Correct the key.",
                meant=meant,
            )


def _prefixes(data: Any, prefix: str) -> list[str]:
    if not isinstance(data, dict):
        return []
    found = []
    for key, value in data.items():
        name = f"{prefix}.{key}" if prefix else key
        found += [name, *_prefixes(value, name)]
    return found
