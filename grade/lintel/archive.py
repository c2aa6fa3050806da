# SPDX-License-Identifier: BSD-2-Clause
"""The boot archive of the process manager: a tar file with a policy, a first program and whatever else is wanted."""

import io
import tarfile


def make(path, files):
    """files: {name in the archive: bytes}; in that order."""
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(data), 0o755
            archive.addfile(member, io.BytesIO(data))
    return path
