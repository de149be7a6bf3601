# What the launcher does with sources: finds out whether the product or the benchmarks are older, and builds them with
# Maven. Read by `imas`, which sets $home and $what (product, benchmarks).
# shellcheck shell=sh disable=SC2154

sources="pom.xml CMakeLists.txt src/pom.xml src/main native cuda-kernels"
if [ "$what" = benchmarks ]; then
    built=$home/target/benchmarks/classpath
    classes=$home/target/benchmarks/classes
    goals="-pl benchmarks -am process-classes"
    sources="$sources benchmarks/pom.xml benchmarks/src"
else
    built=$home/target/imas.jar
    classes=$home/target/lib
    goals="-pl src -am package"
fi

driver_installed() {
    [ -e /proc/driver/nvidia/version ] || command -v nvidia-smi >/dev/null 2>&1
}

# A quick look at the usual places; `imas doctor` searches thoroughly.
cuda_runtime_installed() {
    ldconfig -p 2>/dev/null | grep -q 'libcudart\.so\.13' && return
    for file in /usr/local/cuda*/lib64/libcudart.so.13 /usr/local/cuda*/targets/*/lib/libcudart.so.13; do
        [ -e "$file" ] && return
    done
    python3 -c 'import glob, nvidia, sys; sys.exit(not any(glob.glob(p + "/*/lib/libcudart.so.13") for p in nvidia.__path__))' 2>/dev/null
}

# Which libtorch the last build has: cuda or cpu; empty before the first one.
libtorch=${built%/*}/libtorch
last_build() {
    cat "$libtorch" 2>/dev/null || true
}

wanted_build() {
    case "${IMAS_GPU:-}" in
        ON) echo cuda ;;
        OFF) echo cpu ;;
        *)
            if [ -n "$(last_build)" ]; then
                last_build
            elif driver_installed && cuda_runtime_installed; then
                echo cuda
            else
                echo cpu
            fi
            ;;
    esac
}

# Sizes and names of all sources: one that was replaced by another with an older date, or deleted, is not newer.
listed() {
    # shellcheck disable=SC2086  # several names, split on purpose
    (cd "$home" && find $sources -type f -printf '%s %p\n' 2>/dev/null | LC_ALL=C sort | cksum)
}

stale() {
    [ -f "$built" ] && [ -d "$classes" ] || return 0
    # The benchmarks' class path names places; a checkout that was moved or copied has others.
    if [ "$what" = benchmarks ] && ! grep -qF "$home/target/" "$built"; then return 0; fi
    if [ -n "${IMAS_GPU:-}" ] && [ "$(last_build)" != "$(wanted_build)" ]; then return 0; fi
    # A build by Maven alone has no list, or is newer than it.
    if [ -f "$built.sources" ] && ! [ "$built" -nt "$built.sources" ]; then
        read -r last <"$built.sources" || last=
        [ "$(listed)" = "$last" ] || return 0
    fi
    # shellcheck disable=SC2086  # several names, split on purpose
    [ -n "$(cd "$home" && find $sources -newer "$built" -type f -print -quit 2>/dev/null)" ]
}

# What the first build fetches into an empty local repository, Maven's plugins included; measured, in MB.
fetched_at_most=190
fetched_for_gpu=460

# What Maven is doing by its log, in one line.
state() {
    tr '\r' '\n' <"$log" | awk -v most="$most" '
        function megabytes(number, unit) { return number * (unit == "GB" ? 1000 : unit == "MB" ? 1 : unit == "kB" ? 0.001 : 0) }
        function url() { match($0, /[a-z]+:\/\/[^ ]*/); return substr($0, RSTART, RLENGTH) }
        /^(\[INFO\] )?Downloading from / { now = "fetch"; current = 0; begun[++count] = url() }
        /^(\[INFO\] )?Downloaded from .*\(/ { now = "fetch"; current = 0; ended[url()]; sub(/.*\(/, ""); done += megabytes($1, $2) }
        /^Progress \(/ {  # of all that is under way: 12/118 MB | 3.0 kB
            now = "fetch"; current = 0
            sub(/^[^:]*: /, ""); sub(/ +$/, "")
            files = split($0, file, " [|] ")
            for (k = 1; k <= files; k++) { parts = split(file[k], part, "[/ ]"); current += megabytes(part[1], part[parts]) }
        }
        /^\[INFO\] --- .*\(native-build\)/ { now = "native"; units = "" }
        /^-- CUDA backend: / { now = "native"; units = "" }
        /^native [0-9]+\/[0-9]+ / { now = "native"; match($0, /[0-9]+\/[0-9]+/); units = " " substr($0, RSTART, RLENGTH) }  # Ninja
        /^\[ *[0-9]+%\] / { now = "native"; match($0, /[0-9]+%/); units = " " substr($0, RSTART, RLENGTH) }  # make
        /^\[INFO\] --- .*(javacpp|compile)/ { now = "java" }
        /^\[INFO\] --- .*(jar|copy-dependencies)/ { now = "pack" }
        END {
            if (now == "fetch") {
                while (count > 1 && begun[count] in ended) count--
                name = begun[count]; sub(/.*\//, "", name)
                printf "fetched %.0f of at most %d MB, now %s", done + current, most, name
            }
            if (now == "native") print "compiling native code" units
            if (now == "java") print "compiling Java"
            if (now == "pack") print "packing"
        }'
}

# Tells the state while Maven runs: on a terminal in one line that is rewritten, elsewhere in a new line now and then.
watch() {
    told=
    pause=1
    while kill -0 $$ 2>/dev/null; do
        now=$(state)
        if [ "$now" != "$told" ]; then
            if [ -t 2 ]; then printf '\r\033[Kimas: %s' "$now" >&2; else echo "imas: $now" >&2; fi
            told=$now
        fi
        sleep "$pause" >/dev/null 2>&1
        if [ ! -t 2 ] && [ "$pause" -lt 15 ]; then pause=$((pause + 1)); fi
    done
}

maven() { # OPTIONS
    watch 9>&- &
    watcher=$!
    status=0
    (cd "$home" && mvn "$@") </dev/null >"$log" 2>&1 9>&- || status=$?
    kill "$watcher" 2>/dev/null || true
    wait "$watcher" 2>/dev/null || true
    if [ -t 2 ]; then printf '\r\033[K' >&2; fi
    return "$status"
}

# Maven's own advice after an error.
advice='^\[ERROR\] (To see the full|Re-run Maven|For more information|\[Help|After correcting| +mvn)'

failed() {
    if grep -Eq 'Could not transfer artifact|Unknown host' "$log"; then
        echo "imas: Maven could not fetch what the build needs; is there a network? see $log" >&2
    else
        grep -E '^\[ERROR\] [^ ]|error:' "$log" | grep -Ev "$advice" | head -n 15 >&2
        echo "imas: the build failed; see $log" >&2
    fi
    exit 3
}

build() {
    need javac openjdk-17-jdk-headless
    need mvn maven
    need g++ g++
    need cmake cmake
    log=$home/target/build.log
    if ! { mkdir -p "$home/target" && touch "$log"; } 2>/dev/null; then
        echo "imas: $home/target cannot be written; build as a user who may" >&2
        exit 2
    fi
    # One build at a time: a second launch waits, then finds nothing left to do.
    if command -v flock >/dev/null 2>&1; then
        exec 9>"$home/target/build.lock"
        if ! flock -n 9; then
            echo "imas: waiting for another build of this checkout" >&2
            flock 9
        fi
        if ! stale; then
            exec 9>&-
            return 0
        fi
    fi
    start=$home/target/build.start
    : >"$start"
    : >"$log"
    list=$(listed)
    echo "imas: building (the first time takes some minutes; log in $log)" >&2
    wanted=$(wanted_build)
    # Machine code for GPUs takes minutes to compile and is of no use to a build for CPUs; `mvn package` builds it always.
    options="-Dimas.cuda=OFF"
    most=$fetched_at_most
    if [ "$wanted" = cuda ]; then
        options="-Pgpu -Dimas.cuda=AUTO"
        most=$((most + fetched_for_gpu))
    fi
    options="$options -Dmaven.test.skip=true -Dmaven.javadoc.skip=true -Dmaven.source.skip=true -Dimas.checks.skip=true -Dimas.progress=ON -Dstyle.color=never"
    # A run under way keeps the files that it has opened; Maven would write into them.
    rm -f "$built"
    if [ "$what" = product ]; then rm -f "$home"/target/lib/imas-*.jar; fi # the benchmarks are not packed
    # shellcheck disable=SC2086  # options are split on purpose
    maven $options $goals || failed
    echo "$wanted" >"$libtorch"
    # Never a reason to fail: without the names the program starts slower.
    if [ "$what" = product ] && [ -x "$home/src/dist/classes" ]; then
        "$home/src/dist/classes" "$home/target" "$java" </dev/null >>"$log" 2>&1 9>&- || true
    fi
    echo "$list" >"$built.sources"
    touch -r "$start" "$built" # also if nothing had to be packed; a source edited meanwhile stays newer
    if command -v flock >/dev/null 2>&1; then
        exec 9>&-
    fi
}
