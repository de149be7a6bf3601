"""What a program does to files, as strace saw it: system calls to operations on the disk (replay.py)."""

import os
import re

CALLS = (
    'openat,open,creat,close,dup,dup2,dup3,write,pwrite64,writev,pwritev,lseek,ftruncate,truncate,fallocate,'
    'fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,link,linkat,symlink,symlinkat,'
    'copy_file_range,sendfile,mmap'
)
COMMAND = [
    'strace',
    '-f',
    '--seccomp-bpf',
    '-qq',
    '-xx',
    '-s',
    '67108864',
    '-e',
    'trace=' + CALLS,
    '-e',
    'signal=none',
    '-o',
]

LINE = re.compile(r'^(\d+)\s+(.*)$')
CALL = re.compile(r'^(\w+)\((.*)\)\s+= (-?\d+|0x[0-9a-f]+|\?)', re.DOTALL)
STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')


class Unreadable(Exception):
    """A call that changes files in a way that is not modelled: to pass it over would prove less than is said."""


def calls(lines):
    """(name, arguments, result) of every call that succeeded, in the order in which they returned."""
    waiting = {}
    for line in lines:
        match = LINE.match(line)
        if not match:
            continue
        process, rest = match.groups()
        if rest.endswith('<unfinished ...>'):
            waiting[process] = rest[: -len('<unfinished ...>')].rstrip()
            continue
        resumed = re.match(r'<\.\.\. \w+ resumed>(.*)', rest)
        if resumed:
            rest = waiting.pop(process) + resumed[1]
        call = CALL.match(rest)
        if call and call[3] != '?' and not call[3].startswith('-'):
            yield call[1], call[2], int(call[3], 0)


def string(word):
    match = STRING.search(word)
    if not match or match[2]:
        raise Unreadable(word[:80])
    return bytes.fromhex(match[1].replace('\\x', ''))


class Recording:
    """Follows descriptors, and hands on what concerns files below a folder.

    Operations, in order:
      ('create', path, file) ('link', path, file) ('unlink', path) ('mkdir', path)   names
      ('write', file, offset, bytes) ('truncate', file, length)                      contents
      ('fsync', file) ('fsync folder', path)
    A file is a number; a rename is 'link' of the new name, then 'unlink' of the old one, which a power cut may part.
    """

    def __init__(self, root, cwd, existing=None):
        self.root = root
        self.cwd = cwd
        self.operations = []
        self.descriptors = {}  # number: [kind, file or path, offset, appends]
        self.names = dict(existing or {})  # path: file
        self.sizes = {}
        self.next = 1 + max(self.names.values(), default=0)

    def path(self, written):
        path = os.path.normpath(os.path.join(self.cwd, written.decode()))
        return path if path == self.root or path.startswith(self.root + os.sep) else None

    def emit(self, *operation):
        self.operations.append(operation)

    def feed(self, lines):
        for name, arguments, result in calls(lines):
            handler = getattr(self, 'on_' + name, None)
            if handler:
                handler(arguments, result)
        return self.operations

    def opened(self, path, flags, descriptor):
        self.descriptors.pop(descriptor, None)
        if path is None:
            return
        if 'O_CREAT' not in flags and path not in self.names:  # a folder
            self.descriptors[descriptor] = ['folder', path, 0, False]
            return
        if path not in self.names:
            self.names[path] = self.next
            self.sizes[self.next] = 0
            self.emit('create', path, self.next)
            self.next += 1
        file = self.names[path]
        if 'O_TRUNC' in flags:
            self.truncate(file, 0)
        self.descriptors[descriptor] = ['file', file, 0, 'O_APPEND' in flags]

    def truncate(self, file, length):
        if self.sizes.get(file) != length:
            self.emit('truncate', file, length)
            self.sizes[file] = length

    def on_openat(self, arguments, result):
        folder, rest = arguments.split(', ', 1)
        path = string(rest)
        if folder != 'AT_FDCWD' and not path.startswith(b'/'):
            if int(folder) in self.descriptors:
                raise Unreadable('openat below a descriptor: ' + path.decode())
            return
        self.opened(self.path(path), rest, result)

    def on_open(self, arguments, result):
        self.opened(self.path(string(arguments)), arguments, result)

    def on_creat(self, arguments, result):
        self.opened(self.path(string(arguments)), 'O_CREAT|O_TRUNC', result)

    def on_close(self, arguments, result):
        self.descriptors.pop(int(arguments), None)

    def duplicated(self, arguments, result):
        old = int(arguments.split(',')[0])
        self.descriptors.pop(result, None)
        if old in self.descriptors:
            self.descriptors[result] = self.descriptors[old]  # they share the offset

    on_dup = on_dup2 = on_dup3 = duplicated

    def write(self, open_file, offset, content):
        file = open_file[1]
        self.emit('write', file, offset, content)
        self.sizes[file] = max(self.sizes.get(file, 0), offset + len(content))

    def on_write(self, arguments, result):
        open_file = self.descriptors.get(int(arguments.split(',')[0]))
        if open_file:
            if open_file[3]:
                open_file[2] = self.sizes.get(open_file[1], 0)
            self.write(open_file, open_file[2], string(arguments)[:result])
            open_file[2] += result

    def on_pwrite64(self, arguments, result):
        open_file = self.descriptors.get(int(arguments.split(',')[0]))
        if open_file:
            self.write(open_file, int(arguments.rsplit(', ', 1)[1]), string(arguments)[:result])

    def refused(self, arguments, result):
        if any(int(word) in self.descriptors for word in re.findall(r'(?:^|, )(\d+)(?=,|$)', arguments)[:1]):
            raise Unreadable(arguments[:80])

    on_writev = on_pwritev = on_fallocate = on_sendfile = on_copy_file_range = refused

    def on_mmap(self, arguments, result):
        words = arguments.split(', ')
        if 'MAP_SHARED' in words[3] and 'PROT_WRITE' in words[2] and int(words[4]) in self.descriptors:
            raise Unreadable('mmap ' + arguments)

    def on_lseek(self, arguments, result):
        open_file = self.descriptors.get(int(arguments.split(',')[0]))
        if open_file:
            open_file[2] = result

    def on_ftruncate(self, arguments, result):
        descriptor, length = arguments.split(', ')
        if int(descriptor) in self.descriptors:
            self.truncate(self.descriptors[int(descriptor)][1], int(length))

    def on_truncate(self, arguments, result):
        path = self.path(string(arguments))
        if path in self.names:
            self.truncate(self.names[path], int(arguments.rsplit(', ', 1)[1]))

    def on_fsync(self, arguments, result):
        open_file = self.descriptors.get(int(arguments))
        if open_file:
            self.emit('fsync' if open_file[0] == 'file' else 'fsync folder', open_file[1])

    on_fdatasync = on_fsync

    def renamed(self, old, new):
        old, new = self.path(old), self.path(new)
        if old is None and new is None:
            return
        if old not in self.names or new is None:
            raise Unreadable(f'rename {old} {new}')
        file = self.names.pop(old)
        self.names[new] = file
        self.emit('link', new, file)
        self.emit('unlink', old)

    def on_rename(self, arguments, result):
        self.renamed(*(string(word) for word in arguments.split(', ')))

    def on_renameat(self, arguments, result):
        words = arguments.split(', ')
        self.renamed(string(words[1]), string(words[3]))

    on_renameat2 = on_renameat

    def unlinked(self, arguments, result):
        path = self.path(string(arguments))
        if path is not None and self.names.pop(path, None) is not None:
            self.emit('unlink', path)

    on_unlink = on_unlinkat = on_rmdir = unlinked

    def made(self, arguments, result):
        path = self.path(string(arguments))
        if path is not None:
            self.emit('mkdir', path)

    on_mkdir = on_mkdirat = made

    def linked(self, arguments, result):
        if any(self.path(bytes.fromhex(match[1].replace('\\x', ''))) for match in STRING.finditer(arguments)):
            raise Unreadable('link ' + arguments[:80])

    on_link = on_linkat = on_symlink = on_symlinkat = linked
