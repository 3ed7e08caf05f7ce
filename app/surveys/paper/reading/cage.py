"""Takes rights from the running process: no file, no connection, no program, little memory.

Limits of the system do most of it. Where the kernel offers it, a filter of system calls is laid on
top, so that a decoder taken over by a hostile file finds nothing it could call.
"""

import ctypes
import platform
import resource
import struct

MEMORY = 1536 * 1024 * 1024
SECONDS_A_PAGE = 15  # of processor time
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2
_ALLOW, _REFUSE_EPERM, _KILL = 0x7FFF0000, 0x00050001, 0x80000000
_LOAD, _JUMP_EQUAL, _JUMP_GREATER, _RETURN = 0x20, 0x15, 0x35, 0x06
# Numbers of: socket connect accept sendto bind listen socketpair, clone fork vfork clone3,
# execve execveat, open openat openat2 creat, ptrace, kill tkill, unlink rename of files.
_CALLS = {
    "x86_64": (0xC000003E, (41, 42, 43, 44, 49, 50, 53, 56, 57, 58, 435, 59, 322, 2, 257, 437, 85,
                            101, 62, 200, 87, 263, 82, 264, 316, 425, 321, 310, 311)),
    "aarch64": (0xC00000B7, (198, 203, 202, 206, 200, 201, 199, 220, 435, 221, 281, 56, 437,
                             117, 129, 130, 35, 38, 276, 425, 280, 270, 271)),
}  # fmt: skip


def give_up_rights() -> None:
    """Let this process open nothing more; it cannot take any of it back."""
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 3),  # input, output and errors are open; nothing comes on top
    ):
        resource.setrlimit(limit, (most, most))
    _filter_calls()


def allow_seconds(seconds: int = SECONDS_A_PAGE) -> None:
    """Let the process work so many seconds more from now on, then end it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))


def _filter_calls() -> None:
    known = _CALLS.get(platform.machine())
    if known is None:
        return
    architecture, refused = known
    steps = [
        _step(_LOAD, 0, 0, 4),  # the architecture the call was made for
        _step(_JUMP_EQUAL, 1, 0, architecture),
        _step(_RETURN, 0, 0, _KILL),
        _step(_LOAD, 0, 0, 0),  # its number
        _step(_JUMP_GREATER, len(refused) + 1, 0, 0x40000000),  # the other numbering of x86
    ]
    steps += [_step(_JUMP_EQUAL, len(refused) - at, 0, n) for at, n in enumerate(refused)]
    steps += [_step(_RETURN, 0, 0, _ALLOW), _step(_RETURN, 0, 0, _REFUSE_EPERM)]
    code = ctypes.create_string_buffer(b"".join(steps))
    program = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code))
    system = ctypes.CDLL(None, use_errno=True)
    if system.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0:
        system.prctl(_SECCOMP, _FILTER, ctypes.c_char_p(program), 0, 0)


def _step(code: int, if_true: int, if_false: int, value: int) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)
