"""What a child process may still do once it has confined itself, on Linux; elsewhere only what the system offers.

Four layers, each of which a kernel may lack: resource limits (setrlimit), a network of its own without any
interface (user and network namespaces), no new privileges, and Landlock, by which the child reads only the
interpreter, our code and fonts, writes only its own folder, starts no program, and neither binds nor connects.
A process that is to become a program of the system has a fifth: its own folder lies over ``/tmp``, for programs that
put things there whatever they are told. Must run before any thread exists.
"""

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_CLONE_NEWIPC = 0x08000000
_CLONE_NEWNS = 0x00020000
_MS_BIND, _MS_REC, _MS_PRIVATE = 1 << 12, 1 << 14, 1 << 18
_PR_SET_NO_NEW_PRIVS = 38

# linux/landlock.h; the three calls have the same numbers on every architecture
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG = 1
_RULE_PATH_BENEATH = 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_FIRST_RIGHTS, _REFER, _TRUNCATE, _IOCTL_DEV = (1 << 13) - 1, 1 << 13, 1 << 14, 1 << 15
_ABI_REFER, _ABI_TRUNCATE, _ABI_NETWORK, _ABI_IOCTL = 2, 3, 4, 5
_ALL_TCP = 3

PROGRAM_LAYERS = ("network", "folder", "files", "privileges")
"""All that `become` can put on, in the order in which people are told what is missing."""

COMMON_FOLDER = Path("/tmp")  # noqa: S108 - covered by a folder of our own, or left alone

_PROGRAM_FOLDERS = (
    "/usr",
    "/bin",
    "/lib",
    "/lib64",
    "/etc/libreoffice",
    "/var/cache/fontconfig",
    "/var/spool/libreoffice",
)
_ADDED_PROGRAMS = Path("/opt")
"""Where programs lie that no package of the system brought, each in a folder of its own."""

_PROGRAM_FILES = ("/etc/passwd", "/etc/nsswitch.conf")
"""Without them a program cannot tell whose home it runs in, and LibreOffice does not start."""

_SYSTEM_FOLDERS = ("/usr", "/lib", "/lib64", "/etc/fonts", "/sys/devices/system/cpu")
_SYSTEM_FILES = (
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/dev/urandom",
    "/dev/zero",
)


def limit(resource_name: str, amount: int, *, warning: int = 0) -> None:
    """Set a resource limit of this process, if the system knows it.

    Args:
        resource_name: Such as ``RLIMIT_AS``.
        amount: The limit, in the unit of that resource.
        warning: How much earlier the system signals, so that the cause can be told from the end.
    """
    try:
        import resource  # noqa: PLC0415 - absent on Windows
    except ImportError:
        return
    kind = getattr(resource, resource_name, None)
    if kind is None:
        return
    _, hard = resource.getrlimit(kind)
    amount = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
    resource.setrlimit(kind, (amount - warning, amount))


def own_memory_bytes() -> int:
    """Return the address space that this process has mapped already; 0 where that cannot be told."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def confine(own_folder: Path, code_folders: Iterable[Path]) -> tuple[str, ...]:
    """Give up what a parser does not need, and return the names of the layers that hold.

    Args:
        own_folder: The one folder that may be written.
        code_folders: Our code and fonts, beside the interpreter's own folders.
    """
    if sys.platform != "linux":
        return ()
    libc = ctypes.CDLL(None, use_errno=True)
    layers = []
    if _leave_network(libc):
        layers.append("network")
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
        layers.append("privileges")
    if _restrict_files(libc, own_folder, code_folders):
        layers.append("files")
    return tuple(layers)


def become(program: Path, own_folder: Path, readable: Iterable[Path] = ()) -> tuple[Path, tuple[str, ...]]:
    """Give up what a program of the system does not need that this process will become.

    Args:
        program: The program; it and others of the system may be executed.
        own_folder: The one folder that may be written.
        readable: Folders that may be read beside those of the system.

    Returns:
        Where its folder is from now on, and the names of the layers that hold.
    """
    if sys.platform != "linux":
        return own_folder, ()
    libc = ctypes.CDLL(None, use_errno=True)
    layers = []
    if _leave_network(libc, also=_CLONE_NEWNS):
        layers.append("network")
        # Only now: before, the folder would be laid over everybody's.
        hides_program = program.resolve().is_relative_to(COMMON_FOLDER)
        if not hides_program and _cover_common_folder(libc, own_folder):
            layers.append("folder")
            own_folder = COMMON_FOLDER
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
        layers.append("privileges")
    os.chdir(own_folder)
    if "folder" in layers and _restrict_files(libc, own_folder, readable, program):
        layers.append("files")
    return own_folder, tuple(layers)


def program_folders(program: Path) -> tuple[Path, ...]:
    """Return what a program may read and execute: the system's programs, and of added ones its own folder alone."""
    system = tuple(map(Path, _PROGRAM_FOLDERS))
    place = program.resolve()
    if not place.parent.is_relative_to(_ADDED_PROGRAMS) or place.parent == _ADDED_PROGRAMS:
        return system
    return (*system, _ADDED_PROGRAMS / place.relative_to(_ADDED_PROGRAMS).parts[0])


def _cover_common_folder(libc: ctypes.CDLL, own_folder: Path) -> bool:
    """Show this process its own folder where others share one; it must have left the common mounts."""
    if libc.mount(None, b"/", None, _MS_REC | _MS_PRIVATE, None) != 0:
        return False
    return bool(libc.mount(os.fsencode(own_folder), os.fsencode(COMMON_FOLDER), None, _MS_BIND, None) == 0)


def _leave_network(libc: ctypes.CDLL, *, also: int = 0) -> bool:
    user, group = os.getuid(), os.getgid()
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET | _CLONE_NEWIPC | also) == 0:
        # without a mapping no file could be made
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")
        return True
    return bool(libc.unshare(_CLONE_NEWNET | also) == 0)


def _restrict_files(
    libc: ctypes.CDLL, own_folder: Path, code_folders: Iterable[Path], program: Path | None = None
) -> bool:
    version = libc.syscall(_CREATE_RULESET, None, 0, _VERSION_FLAG)
    if version < 1 or platform.machine() not in {"x86_64", "aarch64", "riscv64"}:
        return False
    rights = _FIRST_RIGHTS
    rights |= _REFER if version >= _ABI_REFER else 0
    rights |= _TRUNCATE if version >= _ABI_TRUNCATE else 0
    rights |= _IOCTL_DEV if version >= _ABI_IOCTL else 0
    attributes = struct.pack("QQ", rights, _ALL_TCP) if version >= _ABI_NETWORK else struct.pack("Q", rights)
    ruleset = libc.syscall(_CREATE_RULESET, attributes, len(attributes), 0)
    if ruleset < 0:
        return False
    interpreter = (sys.prefix, sys.base_prefix, sys.exec_prefix)
    for folder in {*map(Path, (*_SYSTEM_FOLDERS, *interpreter)), *code_folders}:
        _allow(libc, ruleset, folder, _READ_FILE | _READ_DIR)
    for file in map(Path, _SYSTEM_FILES):
        _allow(libc, ruleset, file, _READ_FILE)
    _allow(libc, ruleset, Path("/dev/null"), _READ_FILE | _WRITE_FILE)
    _allow(libc, ruleset, own_folder, rights & ~_EXECUTE)
    if program is not None:
        for folder in program_folders(program):
            _allow(libc, ruleset, folder, _EXECUTE | _READ_FILE | _READ_DIR)
        for place in (program, program.resolve()):
            _allow(libc, ruleset, place, _EXECUTE | _READ_FILE)
        for file in map(Path, _PROGRAM_FILES):
            _allow(libc, ruleset, file, _READ_FILE)
    held = bool(libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0)
    os.close(ruleset)
    return held


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # this system has no such place; nothing is allowed there
    rule = struct.pack("=Qi", rights, descriptor)
    libc.syscall(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, rule, 0)
    os.close(descriptor)
