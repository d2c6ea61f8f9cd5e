"""datapackage.json of a folder of tables, out of schema.yaml."""

import json
from pathlib import Path
from typing import Any

import yaml

Field = dict[str, Any]

KINDS: dict[str, Field] = {
    "id": {"type": "string"},
    "text": {"type": "string"},
    "count": {"type": "integer", "constraints": {"minimum": 0}},
    "amount": {"type": "number", "constraints": {"minimum": 0}},
    "number": {"type": "number"},
    "positive": {"type": "number", "constraints": {"minimum": 0.01}},
    "flag": {"type": "integer", "constraints": {"enum": [0, 1]}},
    "latitude": {
        "type": "number",
        "unit": "degrees north, WGS84",
        "constraints": {"minimum": -90, "maximum": 90},
    },
    "longitude": {
        "type": "number",
        "unit": "degrees east, WGS84",
        "constraints": {"minimum": -180, "maximum": 180},
    },
    "date": {"type": "date"},
    "monthday": {
        "type": "string",
        "unit": "MM-DD",
        "constraints": {"pattern": "(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"},
    },
    "source": {
        "type": "string",
        "description": "Where the figures come from: ids of sources/sources.csv, joined by ;",
    },
    "confidence": {"type": "string", "description": "How sure the figures are"},
}

LICENCES = [
    {
        "name": "ODbL-1.0",
        "path": "https://opendatacommons.org/licenses/odbl/1-0/",
        "title": "Open Database License 1.0, (c) OpenStreetMap contributors",
    },
    {
        "name": "CC-BY-4.0",
        "path": "https://creativecommons.org/licenses/by/4.0/",
        "title": "Creative Commons Attribution 4.0, GeoNames",
    },
]


def read_schema(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def package(name: str, tables: list[str], schema: dict[str, Any], confidences: list[str]) -> str:
    """The text of datapackage.json for the tables of one folder."""
    descriptor = {
        "name": name.replace("_", "-"),
        "title": f"Hospital capacity planner: {name}",
        "description": "Made by sources/build.py; licences in sources/LICENSES.md.",
        "resources": [
            _resource(table, schema["tables"][table], schema, tables, confidences)
            for table in tables
        ],
    }
    return json.dumps(descriptor, ensure_ascii=False, indent=1) + "\n"


def _resource(
    table: str, words: Field, schema: dict[str, Any], tables: list[str], confidences: list[str]
) -> Field:
    fields = words["fields"]
    resource: Field = {
        "name": table.replace("_", "-"),
        "path": f"{table}.csv",
        "title": words["title"],
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "fields": [
                _field(name, field, words["key"], confidences) for name, field in fields.items()
            ],
            "primaryKey": words["key"],
            "missingValues": [""],
        },
    }
    keys = [
        _foreign_key(name, table, *field["to"])
        for name, field in fields.items()
        if "to" in field and field["to"][0] in tables
    ]
    if keys:
        resource["schema"]["foreignKeys"] = keys
    if table in schema["open_database_tables"]:
        resource["licenses"] = LICENCES
    return resource


def _field(name: str, field: Field, key: list[str], confidences: list[str]) -> Field:
    kind = KINDS[field["type"]]
    made: Field = {"name": name, "type": kind["type"]}
    made["description"] = field.get("about", kind.get("description", ""))
    if unit := field.get("unit", kind.get("unit")):
        made["unit"] = unit
    constraints = dict(kind.get("constraints", {}))
    if not field.get("optional"):
        constraints["required"] = True
    if field.get("unique") or key == [name]:
        constraints["unique"] = True
    if field["type"] == "confidence":
        constraints["enum"] = confidences
    if "one_of" in field:
        constraints["enum"] = field["one_of"]
    constraints |= {bound: field[bound] for bound in ("minimum", "maximum") if bound in field}
    if constraints:
        made["constraints"] = constraints
    return made


def _foreign_key(name: str, table: str, other: str, column: str) -> Field:
    resource = "" if other == table else other.replace("_", "-")
    return {"fields": [name], "reference": {"resource": resource, "fields": [column]}}
