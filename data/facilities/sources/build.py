"""Makes the tables of data/facilities/ from the raw facts beside this file and rules.yaml.

python data/facilities/sources/build.py            write the tables
python data/facilities/sources/build.py --check    say whether the tables are what this makes
"""

import argparse
import csv
import io
import sys
from pathlib import Path
from typing import Any

import data_dictionary
import yaml
from planning_rules import Row
from province_facts import Facts
from province_tables import Province
from shared_tables import shared_tables

SOURCES = Path(__file__).resolve().parent
FACILITIES = SOURCES.parent
Table = list[Row]


def read_rules() -> dict[str, Any]:
    return yaml.safe_load((SOURCES / "rules.yaml").read_text(encoding="utf-8"))


def csv_text(table: Table, columns: list[str], key: list[str]) -> str:
    unknown = {column for row in table for column in row} - set(columns)
    if unknown:
        raise ValueError(f"columns that are not in schema.yaml: {sorted(unknown)}")
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(table, key=lambda row: [row[column] for column in key]))
    return out.getvalue()


def made_files() -> dict[Path, str]:
    """Every file this script makes, with its text."""
    rules = read_rules()
    schema = data_dictionary.read_schema(SOURCES / "schema.yaml")
    folders = {FACILITIES: ("facilities-shared", shared_tables(rules))}
    for slug in rules["provinces"]:
        folders[FACILITIES / slug] = (slug, Province(Facts.read(SOURCES / slug), rules).tables())
    files = {}
    for folder, (name, tables) in folders.items():
        for table, rows in tables.items():
            columns = list(schema["tables"][table]["fields"])
            files[folder / f"{table}.csv"] = csv_text(rows, columns, schema["tables"][table]["key"])
        package = data_dictionary.package(name, list(tables), schema, rules["confidence_order"])
        files[folder / "datapackage.json"] = package
    return files


def differences(files: dict[Path, str]) -> list[str]:
    """What the folder holds that this script would not have written, and the other way round."""
    problems = []
    for path, text in files.items():
        name = path.relative_to(FACILITIES)
        if not path.is_file():
            problems.append(f"{name} is missing")
        elif path.read_bytes() != text.encode("utf-8"):
            problems.append(f"{name} differs")
    for folder in {path.parent for path in files}:
        for path in sorted(folder.glob("*.csv")):
            if path not in files:
                problems.append(f"{path.relative_to(FACILITIES)} is not made by build.py")
    return problems


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Make the tables of data/facilities/.")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    files = made_files()
    if parser.parse_args(arguments).check:
        problems = differences(files)
        print("\n".join(problems) if problems else f"{len(files)} files are what build.py makes")
        return 1 if problems else 0
    for path, text in files.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    print(f"{len(files)} files written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
