"""`dina module new NAME`: a working module with its test, in a package of its own."""

from __future__ import annotations

import re
from pathlib import Path

NAME = re.compile(r"[a-z][a-z0-9]{1,30}")

PYPROJECT = """[project]
name = "dina-{name}"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["dina"]

[project.entry-points."dina.modules"]
{name} = "dina_{name}:module"

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
"""

INIT = '''"""The {name} module."""

from pathlib import Path

from dina.base.module import Module
from dina.base.text import Text
from dina_{name}.resources import Thing

module = Module(
    name="{name}",
    version="0.1.0",
    label=Text("{title}", "{title}"),
    gateway="{name}-api",
    host="{name}",
    resources=[Thing],
    migrations=Path(__file__).parent / "migrations",
    external={{"person": "agent"}},
)
'''

RESOURCES = '''"""The types of the {name} module: a class each; its table, API, form and documentation follow from it."""

from sqlalchemy.orm import Mapped

from dina.base.resource import PartialDate, Resource, attribute, external_to_many, module_base
from dina_{name}.rules import name_is_no_number


class Base(module_base("{name}")):
    __abstract__ = True


class Thing(
    Resource,
    Base,
    type="{name}-thing",
    provider="GroupAuthorizationService",
    label=("Thing", "Chose"),
    title="name",
    rules=(name_is_no_number,),
    example={{"name": "First thing"}},
):
    """Replace this by what your module is about."""

    name: Mapped[str] = attribute(
        en="Name", fr="Nom", max=250, not_blank=True, listed=True, indexed=True, searchable=True
    )
    found_on: Mapped[PartialDate | None] = attribute(en="Found on", fr="Trouvé le", past=True, listed=True)

    finders = external_to_many("person", en="Found by", fr="Trouvé par")
'''

RULES = '''"""What must hold in the {name} module."""

from collections.abc import Iterable

from dina.base.errors import Error
from dina.base.resource import Draft
from dina.base.resource.rules import broken


def name_is_no_number(draft: Draft) -> Iterable[Error]:
    """A name says more than a number."""
    if str(draft.get("name")).isdecimal():
        yield broken("{name}.nameIsNumber", "/attributes/name")
'''

MIGRATION = '''"""First tables: made from the declarations as they are now."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    from dina_{name}.resources import Base

    Base.metadata.create_all(op.get_bind())


def downgrade() -> None:
    from dina_{name}.resources import Base

    Base.metadata.drop_all(op.get_bind())
'''

TEST = '''"""The {name} module, as its users meet it."""

from dina_{name} import module
from dina_{name}.rules import name_is_no_number

from dina.base.resource import Draft


def test_its_types_are_declared() -> None:
    assert set(module.types()) == {{"{name}-thing"}}


def test_a_name_is_no_number() -> None:
    def codes(name: str) -> list[str]:
        return [e.key for e in name_is_no_number(Draft("{name}-thing", "", {{"name": name}}, {{}}))]

    assert codes("7") == ["{name}.nameIsNumber"]
    assert codes("Seven") == []
'''


def new_module(name: str, where: Path) -> Path:
    """Write the package. Raises ValueError for an impossible name, FileExistsError when it is there already."""
    if NAME.fullmatch(name) is None:
        raise ValueError("a module's name is of 2 to 31 lower-case letters and digits, a letter first")
    root = where / f"dina-{name}"
    if root.exists():
        raise FileExistsError(f"{root} exists already")
    package = root / "src" / f"dina_{name}"
    for path, text in (
        (root / "pyproject.toml", PYPROJECT),
        (package / "__init__.py", INIT),
        (package / "resources.py", RESOURCES),
        (package / "rules.py", RULES),
        (package / "migrations/versions/0001_first_tables.py", MIGRATION),
        (root / "tests" / f"test_{name}.py", TEST),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(name=name, title=name.capitalize()), "utf-8")
    return root
