"""What a disk may hold after a power cut: every state that POSIX allows at every moment of a recording.

POSIX promises little: contents are on the disk after fsync of the file, names after fsync of their folder. Until then
each name may be as it was or as any later operation made it, independently of other names; and a file's unsynced
writes may be there, or not, or in part, or its length may be there and its bytes not.
"""

import itertools
import os

FOLDER = object()  # in place of a file's number


class Disk:
    """The disk as far as it is certain, and what is under way."""

    def __init__(self, root, names=None, contents=None):
        self.root = root
        self.names = dict(names or {})  # certain: path to file
        self.contents = dict(contents or {})  # certain: file to bytes
        self.later = {}  # path: what it may be as well, oldest first (None: no such name)
        self.pending = {}  # file: unsynced operations

    def do(self, operation):
        kind, *rest = operation
        if kind in ('create', 'link'):
            self.later.setdefault(rest[0], []).append(rest[1])
        elif kind == 'mkdir':
            self.later.setdefault(rest[0], []).append(FOLDER)
        elif kind == 'unlink':
            self.later.setdefault(rest[0], []).append(None)
        elif kind in ('write', 'truncate'):
            self.pending.setdefault(rest[0], []).append(operation)
        elif kind == 'fsync':
            self.contents[rest[0]] = self.applied(rest[0], self.pending.pop(rest[0], []))
        elif kind == 'fsync folder':
            for path in [path for path in self.later if os.path.dirname(path) == rest[0]]:
                self.names[path] = self.later.pop(path)[-1]

    def applied(self, file, operations):
        content = self.contents.get(file, b'')
        if not operations:
            return content
        content = bytearray(content)
        for operation in operations:
            if operation[0] == 'truncate':
                length = operation[2]
                content[length:] = bytes(max(0, length - len(content)))
            else:
                _, _, offset, data = operation
                content.extend(bytes(max(0, offset - len(content))))
                content[offset : offset + len(data)] = data
        return bytes(content)

    def versions(self, file):
        """What the file may hold: nothing new, everything, halves, a torn last write, the length without the bytes."""
        operations = self.pending.get(file, [])
        if not operations:
            return [self.contents.get(file, b'')]
        old, new = self.contents.get(file, b''), self.applied(file, operations)
        found = [old, new]
        if len(operations) > 1:
            half = len(operations) // 2
            found += [
                self.applied(file, operations[:half]),
                self.applied(file, operations[half:]),
                self.applied(file, operations[:-1]),
            ]
        last = operations[-1]
        if last[0] == 'write' and len(last[3]) > 1:
            found.append(self.applied(file, [*operations[:-1], (*last[:3], last[3][: len(last[3]) // 2])]))
        found.append(old[: len(new)] + bytes(max(0, len(new) - len(old))))
        return list(dict.fromkeys(found))

    def states(self, relevant, most, dice):
        """Mappings from paths below the root to bytes; all, or where there are more than `most`, so many drawn ones.

        relevant(path) says which names matter; of the others one version is taken.
        """
        open_names = [path for path in self.later if relevant(path)]
        choices = [[self.names.get(path), *self.later[path]] for path in open_names]
        certain = {
            path: file
            for path, file in self.names.items()
            if file is not None and path not in self.later and relevant(path)
        }
        files = sorted({file for file in [*certain.values(), *itertools.chain(*choices)] if isinstance(file, int)})
        dirty = [file for file in files if self.pending.get(file)]
        contents = {file: self.versions(file) for file in dirty}
        count = 1
        for options in [*choices, *contents.values()]:
            count *= len(options)
        if count <= most:
            drawn = itertools.product(itertools.product(*choices), itertools.product(*contents.values()))
        else:
            drawn = (
                (tuple(map(dice.choice, choices)), tuple(map(dice.choice, contents.values()))) for _ in range(most)
            )
        for names, versions in drawn:
            held = dict(zip(dirty, versions))
            entries = {**certain, **dict(zip(open_names, names))}
            yield {
                os.path.relpath(path, self.root): held[file] if file in held else self.contents.get(file, b"")
                for path, file in entries.items()
                if isinstance(file, int) and self.reachable(path, entries)
            }

    def reachable(self, path, entries):
        """Whether all folders on the way are there; those that stood before the recording are."""
        folder = os.path.dirname(path)
        while len(folder) >= len(self.root):
            if (folder in self.later or folder in self.names) and entries.get(folder) is not FOLDER:
                return False
            folder = os.path.dirname(folder)
        return True
