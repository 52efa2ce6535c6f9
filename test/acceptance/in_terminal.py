#!/usr/bin/env python3
"""Runs a program on a terminal of 120 columns, presses Ctrl-C once it has said something, and tells how it ended.

    python3 test/acceptance/in_terminal.py <text> <program> [<argument> ...]

prints JSON { code, said }: the exit code (negative: ended by that signal), and what it wrote without control sequences.
"""

import fcntl
import json
import os
import pty
import re
import struct
import sys
import termios


def main():
    text, *argv = sys.argv[1:]
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        os.execv(argv[0], argv)
    said = b""
    pressed = False
    while True:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:
            # What Linux says when the other side is closed.
            break
        if not chunk:
            break
        said += chunk
        if not pressed and text.encode() in said:
            pressed = True
            os.write(terminal, b"\x03")
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", said.decode("utf-8", "replace")).replace("\r", "")
    print(json.dumps({"code": code, "said": plain}))


if __name__ == "__main__":
    main()
