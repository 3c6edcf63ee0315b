"""Runs a command and reports what the kernel counted for it alone (wait4): wall, CPU, peak memory. Arguments: report file, command..."""
import json
import os
import sys
import time

report, command = sys.argv[1], sys.argv[2:]
begun = time.monotonic()
child = os.posix_spawnp(command[0], command, os.environ)
_, status, usage = os.wait4(child, 0)
wall = time.monotonic() - begun
unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes
with open(report, "w") as out:
    json.dump(
        {
            "wallMs": wall * 1000,
            "cpuMs": (usage.ru_utime + usage.ru_stime) * 1000,
            "peakMb": usage.ru_maxrss * unit / 1048576,
            "status": os.waitstatus_to_exitcode(status),
        },
        out,
    )
