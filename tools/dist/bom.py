"""The software bill of materials (CycloneDX 1.6): contents and dependencies of the packages."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

from cyclonedx.factory.license import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.bom_ref import BomRef
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from tools.dist.archive import digest
from tools.dist.licences import licence
from tools.dist.locked import Locked, direct, parse_locked, wanted
from tools.dist.source import Source

_JAR = "host/twincard/simulator/simulator.jar"
_JAVA_LICENCES = {
    "asm-commons": "BSD-3-Clause",
    "asm-util": "BSD-3-Clause",
    "bcprov-jdk14": "MIT",
    "jcardsim": "Apache-2.0",
}


def bill(source: Source, made: Iterable[Path]) -> str:
    """The bill as JSON. `made` are the files that it covers, with their digests."""
    project = source.project
    name, version = project["name"], project["version"]
    whole = Component(
        name=name,
        version=version,
        type=ComponentType.APPLICATION,
        description=project["description"],
        bom_ref=BomRef(name),
        purl=PackageURL("pypi", None, name, version),
        licenses=_licences(project["license"]),
        properties=[
            Property(name="twincard:file", value=f"{path.name} sha256:{digest(path)}")
            for path in made
        ],
    )
    files = "".join(str(item.value) for item in whole.properties)
    bom = Bom(
        serial_number=uuid.uuid5(uuid.NAMESPACE_URL, files),
        metadata=BomMetaData(
            component=whole, timestamp=datetime.fromtimestamp(source.time(), UTC)
        ),
    )
    _add_packages(bom, whole, source)
    _add_jar(bom, whole, source, version)
    text = JsonV1Dot6(bom).output_as_string(indent=2)
    return text + "\n"


def _add_packages(bom: Bom, whole: Component, source: Source) -> None:
    """The other packages of an installation, with and without extras."""
    lock = parse_locked((source.root / "requirements.txt").read_text(encoding="utf-8"))
    by_extra = direct(source.project)
    everything = frozenset().union(*by_extra.values())
    always = wanted(lock, by_extra[""])
    listed = wanted(lock, everything)
    components = {}
    for package in listed:
        extras = [extra for extra, names in by_extra.items() if package in wanted(lock, names)]
        components[package] = _package(package, [] if package in always else extras)
    bom.components.update(components.values())
    bom.register_dependency(whole, [components[one] for one in listed if one.name in everything])
    for package in listed:
        children = [components[one] for one in listed if package.name in one.parents]
        bom.register_dependency(components[package], children)


def _package(package: Locked, extras: Iterable[str]) -> Component:
    properties = [Property(name="twincard:extra", value=extra) for extra in extras]
    scope = ComponentScope.OPTIONAL if properties else ComponentScope.REQUIRED
    if package.marker:
        properties.append(Property(name="twincard:only-if", value=package.marker))
    return Component(
        name=package.name,
        version=package.version,
        type=ComponentType.LIBRARY,
        scope=scope,
        bom_ref=BomRef(f"{package.name}=={package.version}"),
        purl=PackageURL("pypi", None, package.name, package.version),
        # One for each file that the lock takes: platforms have files of their own.
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=value) for value in package.hashes],
        licenses=_licences(licence(package.name)),
        properties=properties,
    )


def _add_jar(bom: Bom, whole: Component, source: Source, version: str) -> None:
    """The simulated card inside the wheel, its contents, and its build tools."""
    jar_digest = digest(source.root / _JAR)
    jar = Component(
        name="simulator.jar",
        version=version,
        type=ComponentType.APPLICATION,
        scope=ComponentScope.REQUIRED,
        description="The simulated card: the applet, and what runs it.",
        bom_ref=BomRef("simulator.jar"),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=jar_digest)],
        licenses=_licences("Apache-2.0 AND MIT"),
    )
    inside = [
        *_fetched(source, "run", ComponentScope.REQUIRED),
        *_fetched(source, "curves", ComponentScope.REQUIRED),
    ]
    bom.components.update([jar, *inside, *_fetched(source, "build", ComponentScope.EXCLUDED)])
    bom.register_dependency(whole, [jar])
    bom.register_dependency(jar, inside)


def _fetched(source: Source, kind: str, scope: ComponentScope) -> list[Component]:
    """The jars of this configuration in ivy.xml."""
    return [
        _java(found["org"], found["name"], found["rev"], _JAVA_LICENCES[found["name"]], scope)
        for found in (
            dependency.attrib
            for dependency in ElementTree.parse(source.root / "ivy.xml").iter("dependency")  # noqa: S314
        )
        if found["conf"].startswith(f"{kind}->")
    ]


def _java(
    group: str,
    name: str,
    version: str,
    expression: str,
    scope: ComponentScope,
) -> Component:
    return Component(
        group=group,
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        scope=scope,
        bom_ref=BomRef(f"{group}:{name}"),
        purl=PackageURL("maven", group, name, version),
        licenses=_licences(expression),
    )


def _licences(expression: str) -> list[License]:
    return [LicenseFactory().make_from_string(expression)]
