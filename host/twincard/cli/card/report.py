"""`twincard card report`: describes a card for the project."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from importlib.metadata import version as package_version
from typing import Annotated

import typer

from twincard.card.report import Features
from twincard.cli.card.info import state_word
from twincard.cli.card.managers import aid_text
from twincard.cli.file.targets import check_output, output_for
from twincard.cli.terminal.cards import connected
from twincard.cli.terminal.options import Force, Json, OutputFile, Reader
from twincard.cli.terminal.output import Printer, aligned
from twincard.flows.check.description import (
    RUNS,
    AppletDescription,
    Description,
    ManagerDescription,
    describe,
)
from twincard.globalplatform.registry import Production
from twincard.ground.language import _
from twincard.iso.atr import offers_t1
from twincard.results.report import (
    AppletInfo,
    ChannelInfo,
    ChipInfo,
    ManagerInfo,
    ReportedCard,
    TimeInfo,
)


def report(
    reader: Reader,
    output: OutputFile = None,
    with_serial: Annotated[
        bool, typer.Option("--with-serial", help="Include the chip's serial number.")
    ] = False,
    force: Force = False,
    json: Json = False,
) -> None:
    """Describe a card for the project: chip, features and timings. No PIN is needed.

    The card may be of any kind, with or without the applet. Nothing is written to it. The report
    contains no secrets, and no number that identifies this card unless --with-serial is given.
    """
    check_output(output, force=force, json=json)
    with connected(reader) as connection:
        told = _told(describe(connection), with_serial=with_serial)
    text = _text(told)
    if output is not None:
        with output_for(output, force=force, mode=0o644) as sink:
            sink.write(f"{text}\n".encode())
    if json or output is None:
        Printer(json).result(told, text)


def _told(card: Description, *, with_serial: bool) -> ReportedCard:
    manager, applet = card.manager, card.applet
    return ReportedCard(
        package_version("twincard"),
        platform.system(),
        card.atr,
        offers_t1(card.atr),
        None if manager is None else _manager(manager, with_serial=with_serial),
        None if applet is None else _applet(applet),
    )


def _manager(manager: ManagerDescription, *, with_serial: bool) -> ManagerInfo:
    production = manager.production
    return ManagerInfo(
        manager.aid,
        tuple(ChannelInfo(number, parameter) for number, parameter in manager.protocols),
        None if production is None else _chip(production, with_serial=with_serial),
    )


def _chip(value: Production, *, with_serial: bool) -> ChipInfo:
    return ChipInfo(
        value.maker,
        value.chip,
        value.system,
        value.system_date,
        value.system_level,
        value.made_on,
        value.serial if with_serial else None,
    )


def _applet(applet: AppletDescription) -> AppletInfo:
    return AppletInfo(
        f"{applet.version >> 8}.{applet.version & 0xFF}",
        applet.features.value,
        tuple(flag.name.lower() for flag in Features if flag in applet.features and flag.name),
        applet.life_cycle,
        applet.serves_opensc,
        tuple(
            TimeInfo(operation, round(seconds * 1000, 1), RUNS)
            for operation, seconds in applet.times.items()
        ),
    )


def _text(told: ReportedCard) -> str:
    offered = _("T=1 supported") if told.offers_t1 else _("T=0 only")
    rows = [
        ("twincard", _("{version}, on {system}").format(version=told.twincard, system=told.system)),
        ("ATR", f"{told.atr.hex().upper()}, {offered}"),
        *_manager_rows(told.manager),
        *_applet_rows(told.applet),
    ]
    return aligned(rows)


def _manager_rows(manager: ManagerInfo | None) -> Iterator[tuple[str, str]]:
    name = _("security domain")
    if manager is None:
        yield name, _("none")
        return
    yield name, aid_text(manager.security_domain)
    channel = "SCP{number:02} (i = {parameter:02X})"
    channels = [
        channel.format(number=item.number, parameter=item.parameter) for item in manager.channels
    ]
    yield _("secure channels"), ", ".join(channels) or _("not reported")
    chip = manager.production
    if chip is None:
        yield _("made by"), _("not reported")
        return
    made = _("{maker}, chip {chip}, on {made_on}")
    yield _("made by"), made.format(maker=chip.maker, chip=chip.chip, made_on=chip.made_on)
    runs = _("{system}, level {level}, released {date}")
    yield (
        _("card system"),
        runs.format(system=chip.system, level=chip.system_level, date=chip.system_date),
    )
    yield _("serial number"), chip.serial or _("omitted")


def _applet_rows(applet: AppletInfo | None) -> Iterator[tuple[str, str]]:
    name = _("applet")
    if applet is None:
        yield name, _("none")
        return
    opensc = _("interface {version}, for OpenSC, {state}")
    usual = _("interface {version}, {state}")
    yield (
        name,
        (opensc if applet.opensc else usual).format(
            version=applet.version, state=state_word(applet.life_cycle.name)
        ),
    )
    yield _("features"), f"{applet.feature_bits:04X} ({', '.join(applet.features)})"
    time = _("{milliseconds} ms (median of {runs} runs)")
    for item in applet.times:
        yield (
            item.operation.value,
            time.format(milliseconds=item.milliseconds, runs=item.runs),
        )
