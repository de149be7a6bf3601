# Faster starts: an archive of the classes of a start as Java keeps them in memory (class data sharing), which spares
# reading and checking some five thousand. Java takes it from one place alone, for the same Java and the same jars; so
# it is made where the program lies in the end, before the first prediction, from the names that the build left.
# Whatever goes wrong here, the program starts as without. Read by `imas`, which sets $product, $java, $about_java and
# $program.
# shellcheck shell=sh disable=SC2154

classes=$product/classes.list
made_for=$program$about_java # in one line
archive=
if [ -w "$product" ]; then
    archive=$product/imas.jsa
elif [ -n "${IMAS_CACHE:-}" ]; then
    archive=$IMAS_CACHE/imas.jsa
elif [ -n "${HOME:-}" ]; then
    archive=$HOME/.cache/imas/imas.jsa
fi

bytes_of() { # FILE
    echo $(($(wc -c <"$1" 2>/dev/null || echo 0)))
}

# Whether the archive, or that none could be made, is of this place, Java and build. Java would crash on a part of one.
known() {
    found=
    size=
    if [ -f "$archive.for" ]; then { read -r found && read -r size; } <"$archive.for" || true; fi
    [ "$found" = "$made_for" ] && [ "$archive.for" -nt "$product/imas.jar" ] && [ "$archive.for" -nt "$classes" ] &&
        { [ "$size" = none ] || [ "$size" = "$(bytes_of "$archive")" ]; }
}

make_archive() {
    mkdir -p "${archive%/*}" 2>/dev/null || return 0
    if [ -t 2 ]; then echo "imas: making ready for faster starts (once, some seconds)" >&2; fi
    rm -f "$archive.for" "$archive" 2>/dev/null || return 0
    if "$java" -XX:+UseSerialGC -Xmx2g -Xshare:dump -XX:SharedClassListFile="$classes" \
        -XX:SharedArchiveFile="$archive.$$" -cp "$program" >/dev/null 2>&1 && on_disk "$archive.$$"; then
        size=$(bytes_of "$archive.$$")
        mv "$archive.$$" "$archive" || size=none
    else
        size=none
        rm -f "$archive.$$"
    fi
    { printf '%s\n' "$made_for" "$size" >"$archive.for"; } 2>/dev/null || true
}

# A power cut must not leave a file of the right size without its contents.
on_disk() { # FILE
    sync "$1" 2>/dev/null || sync 2>/dev/null
}

# Options that start from the archive, in $shared; none where there is none.
shared=
if [ -n "$archive" ] && [ -f "$classes" ]; then
    if [ "${1:-}" = predict ] && ! known; then make_archive; fi
    if known && [ "$size" != none ]; then shared=$archive; fi
fi
