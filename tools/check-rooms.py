#!/usr/bin/python3
"""Hold the code against its rooms: arrows run one way, and none makes a circle.

    tools/check-rooms.py [--arrows] [BUILDDIR]

A room is a folder, a module a .c file with its .h.  A module needs another one
where it includes its header or, as the objects in BUILDDIR/obj (build/obj) say,
uses a function or variable that the other one defines: a callback into the
caller's file shows there, though no include tells of it.

Prints what is wrong, one line each, and exits with status 1 then; --arrows
prints which room needs which instead.
"""

import os
import re
import subprocess
import sys

# A room, the rooms that it may use, and the headers that others may include
# (all: None).  docs/design.md has the picture.
ROOMS = {
    'capture': ([], None),
    'chardev-backend': (['capture'], []),
    'viewer/common': (['capture'], None),
    'viewer/symbols': (['viewer/common', 'capture'], ['symbols.h']),
    'viewer/report': (['viewer/symbols', 'viewer/common', 'capture'],
                      ['report.h']),
    'viewer/export': (['viewer/report', 'viewer/symbols', 'viewer/common',
                       'capture'], ['export.h']),
    'viewer/screen': (['viewer/report', 'viewer/symbols', 'viewer/common',
                       'capture'], ['view.h']),
    'viewer/run': (['viewer/screen', 'viewer/report', 'viewer/common',
                    'capture'], ['run.h']),
    'viewer/cmd': (['viewer/run', 'viewer/screen', 'viewer/export',
                    'viewer/report', 'viewer/symbols', 'viewer/common',
                    'capture'], ['cmd.h']),
    'viewer': (['viewer/cmd', 'viewer/common', 'capture'], []),
}

# Made by configure and make, or QEMU's and the system's: no module of ours.
OURS = re.compile(r'^(capture|viewer|chardev-backend)/')


def sources():
    """The C files of all rooms, and what QEMU's tree gets beside them."""
    for room in ROOMS:
        for name in sorted(os.listdir(room)):
            if name.endswith(('.c', '.h')):
                yield room, room + '/' + name


def module_of(path):
    """capture/lines.h -> capture/lines."""
    return os.path.splitext(path)[0]


def room_of(module):
    return os.path.dirname(module)


def includes(path):
    """The headers of ours that a file includes: (line number, path)."""
    with open(path, encoding='utf-8') as file:
        for number, line in enumerate(file, 1):
            match = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if not match:
                continue
            for name in (os.path.join(os.path.dirname(path), match[1]),
                         match[1]):
                if OURS.match(name) and os.path.exists(name):
                    yield number, os.path.normpath(name)
                    break


def check_header(path, number, header, wrong):
    """A header of another room: is there an arrow, and is it a door?"""
    room, other = room_of(path), room_of(header)
    if room == other:
        return
    if other not in ROOMS[room][0]:
        wrong.append(f'{path}:{number}: {room} may not use {other} '
                     f'({header})')
        return
    doors = ROOMS[other][1]
    if doors is not None and os.path.basename(header) not in doors:
        wrong.append(f'{path}:{number}: {header} is for {other} alone; '
                     f'others include {other}/{", ".join(doors) or "nothing"}')


def objects(build):
    """Module -> its object file, of those that were built."""
    found = {}
    for _, path in sources():
        name = f'{build}/obj/{module_of(path)}.o'
        if path.endswith('.c') and os.path.exists(name):
            found[module_of(path)] = name
    return found


def symbols(objects_by_module):
    """(symbol -> module that defines it, module -> symbols that it uses)."""
    defined, used = {}, {}
    for module, name in objects_by_module.items():
        used[module] = set()
        out = subprocess.run(['nm', '-g', '-P', name], check=True,
                             capture_output=True, text=True).stdout
        for line in out.splitlines():
            symbol, kind = line.split()[:2]
            if kind in 'Uvw':
                used[module].add(symbol)
            else:
                defined[symbol] = module
    return defined, used


def circles(needs):
    """Sets of modules that need each other (Tarjan's algorithm)."""
    index, low, stack, found = {}, {}, [], []

    def visit(module):
        index[module] = low[module] = len(index)
        stack.append(module)
        for other in needs.get(module, {}):
            if other not in index:
                visit(other)
                low[module] = min(low[module], low[other])
            elif other in stack:
                low[module] = min(low[module], index[other])
        if low[module] == index[module]:
            at = stack.index(module)
            if len(stack) - at > 1:
                found.append(sorted(stack[at:]))
            del stack[at:]

    for module in sorted(needs):
        if module not in index:
            visit(module)
    return found


def main():
    args = [a for a in sys.argv[1:] if a != '--arrows']
    arrows = '--arrows' in sys.argv[1:]
    if len(args) > 1 or any(a.startswith('-') for a in args):
        print('usage: tools/check-rooms.py [--arrows] [BUILDDIR]',
              file=sys.stderr)
        return 2
    build = os.path.abspath(args[0] if args else 'build')
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))

    wrong, needs = [], {}  # needs: module -> {module: why}
    for room, path in sources():
        needs.setdefault(module_of(path), {})
        for number, header in includes(path):
            check_header(path, number, header, wrong)
            if module_of(header) != module_of(path):
                needs[module_of(path)].setdefault(module_of(header),
                                                  f'includes {header}')

    built = objects(build)
    missing = [m for m in needs if os.path.exists(m + '.c') and m not in built]
    if missing:
        sys.exit('bootstamp: check-rooms: not built: '
                 f'{", ".join(missing)}; run make')
    defined, used = symbols(built)
    for module in used:
        for symbol in sorted(used[module]):
            other = defined.get(symbol, module)
            if other == module:
                continue
            needs[module][other] = f'uses {symbol}'
            if room_of(other) != room_of(module) and \
                    room_of(other) not in ROOMS[room_of(module)][0]:
                wrong.append(f'{module}.c: uses {symbol} of {other}.c: '
                             f'{room_of(module)} may not use {room_of(other)}')

    for circle in circles(needs):
        wrong.append('a circle of modules: ' + ', '.join(circle))
        for module in circle:
            for other in circle:
                if other in needs[module]:
                    wrong.append(f'  {module} {needs[module][other]} '
                                 f'({other})')

    if arrows:
        rooms = {(room_of(m), room_of(o)) for m in needs for o in needs[m]}
        for room, other in sorted(rooms):
            if room != other:
                print(f'{room} -> {other}')
        return 0
    for text in wrong:
        print(text)
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
