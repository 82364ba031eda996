"""Owner, mode, times, access control list and other attributes of a file, for one that replaces it.

What the system does not permit is left out. Then rights only shrink: nobody may do with the new
file what they could not do with the old one.
"""

from __future__ import annotations

import contextlib
import os
import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from twincard.ground.language import _, listed

_ACL = "system.posix_acl_access"
_SYSTEM = "system."
_SECURITY_LABEL = "security.selinux"  # the system's policy gives one to each new file
_ACL_HEADER = struct.Struct("<I")
_ACL_ENTRY = struct.Struct("<HHI")
_ACL_USER, _ACL_GROUP_OBJECT, _ACL_GROUP, _ACL_MASK = 0x02, 0x04, 0x08, 0x10
_ALL = 0o7


@dataclass(frozen=True)
class MetadataLoss:
    """What could not be kept; true if there is anything. `attributes` are named as on Linux."""

    owner: bool = False
    group: bool = False
    mode: bool = False
    acl: bool = False
    attributes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything was lost."""
        return self != MetadataLoss()

    def __str__(self) -> str:
        """A sentence."""
        parts = [
            *([_("the owner")] if self.owner else ()),
            *([_("the group")] if self.group else ()),
            *([_("the mode")] if self.mode else ()),
            *([_("the access control list")] if self.acl else ()),
            *self.attributes,
        ]
        return _(
            "These could not be kept: {parts}. Nobody has more rights to the file than before."
        ).format(parts=listed(parts))


def copy_metadata(source: int, target: int) -> MetadataLoss:
    """Give the file open as `target`, which this process owns, what the file of `source` has.

    Both are descriptors. To be called when the content is complete, because writing changes times.
    Raises OSError if the system fails otherwise than by not permitting or supporting something.
    """
    found = os.fstat(source)
    owner, group = _copy_owner(found, target)
    attributes = _copy_attributes(source, target)
    mode = stat.S_IMODE(found.st_mode)
    acl = _attribute(source, _ACL)
    _drop_acl(target)
    acl_lost = acl is not None and (owner or group or not _set_attribute(target, _ACL, acl))
    if acl is not None and acl_lost:
        mode = _without_acl(mode, acl)
    if any(name.startswith(_SYSTEM) for name in attributes):  # such as the list of another system
        acl_lost = True
        mode &= stat.S_IRWXU
    mode_lost = not _set_mode(target, _shrunk(mode, owner=owner, group=group))
    copy_times(found, target)
    return MetadataLoss(owner, group, mode_lost, acl_lost, attributes)


def copy_times(found: os.stat_result, target: int) -> None:
    """Give the file open as `target` the times of last access and change, to the nanosecond."""
    if os.utime in os.supports_fd:
        os.utime(target, ns=(found.st_atime_ns, found.st_mtime_ns))


def _copy_owner(found: os.stat_result, target: int) -> tuple[bool, bool]:
    """Whether owner, and whether group, could not be kept."""
    if not hasattr(os, "fchown"):
        return False, False
    now = os.fstat(target)
    if now.st_uid != found.st_uid:
        with contextlib.suppress(OSError):
            os.fchown(target, found.st_uid, found.st_gid)
            return False, False
    if now.st_gid != found.st_gid:
        with contextlib.suppress(OSError):
            os.fchown(target, -1, found.st_gid)
    now = os.fstat(target)
    return now.st_uid != found.st_uid, now.st_gid != found.st_gid


def _copy_attributes(source: int, target: int) -> tuple[str, ...]:
    """Copy all but access control lists; the names of those that could not be."""
    if not hasattr(os, "listxattr"):
        return ()
    try:
        names = os.listxattr(source)
    except OSError:  # not supported there: none to copy
        return ()
    lost = []
    for name in names:
        if name == _ACL:
            continue
        value = _attribute(source, name)
        if value is None or value == _attribute(target, name):
            continue
        if not _set_attribute(target, name, value) and name != _SECURITY_LABEL:
            lost.append(name)
    return tuple(lost)


def _attribute(descriptor: int, name: str) -> bytes | None:
    if not hasattr(os, "getxattr"):
        return None
    try:
        value: bytes = os.getxattr(descriptor, name)
    except OSError:
        return None
    return value


def _set_attribute(descriptor: int, name: str, value: bytes) -> bool:
    if not hasattr(os, "setxattr"):
        return False
    try:
        os.setxattr(descriptor, name, value)
    except OSError:
        return False
    return True


def _drop_acl(target: int) -> None:
    """A new file inherits a list from its folder, which a wider mode would bring to life."""
    if hasattr(os, "removexattr"):
        with contextlib.suppress(OSError):
            os.removexattr(target, _ACL)


def _set_mode(target: int, mode: int) -> bool:
    if not hasattr(os, "fchmod"):
        return True
    try:
        # By descriptor: in a shared folder the name may belong to another file by now.
        os.fchmod(target, mode)
    except OSError:
        return False
    return True


def _shrunk(mode: int, *, owner: bool, group: bool) -> int:
    """The mode when the owner or the group could not be kept.

    Who was the owner is now a member of the group, or anybody else; so was a member of the group.
    """
    if not owner and not group:
        return mode
    mode &= ~(stat.S_ISUID | stat.S_ISGID)
    least = _ALL
    if owner:
        least &= mode >> 6
    if group:
        least &= (mode >> 3) & mode
    return mode & (stat.S_ISVTX | stat.S_IRWXU) | (mode & (least << 3 | least))


def _without_acl(mode: int, acl: bytes) -> int:
    """The mode of a file that loses this list.

    With a list, the bits of the group are its mask, which may allow more than the group's own
    entry. Each user and group in the list falls back to the bits of the group or of all others.
    """
    entries = list(_entries(acl))
    mask = next((bits for tag, bits in entries if tag == _ACL_MASK), _ALL)
    named = _ALL
    for tag, bits in entries:
        if tag in (_ACL_USER, _ACL_GROUP):
            named &= bits & mask
    group = next((bits for tag, bits in entries if tag == _ACL_GROUP_OBJECT), 0)
    return mode & ~0o077 | (group & mask & named) << 3 | (mode & named & _ALL)


def _entries(acl: bytes) -> Iterator[tuple[int, int]]:
    """Tag and permissions of each entry (posix_acl_xattr.h of Linux)."""
    body = acl[_ACL_HEADER.size :]
    whole = len(body) - len(body) % _ACL_ENTRY.size
    for tag, bits, _identity in _ACL_ENTRY.iter_unpack(body[:whole]):
        yield tag, bits
