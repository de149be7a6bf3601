#!/bin/sh
# What each kernel uses on each architecture, from the compiler's own report of the build.
#   resources.sh BUILD/cuda                       prints the table (kernel,arch,registers,spill,shared,stack; bytes)
#   resources.sh BUILD/cuda resources.csv         compares what was built: 0 agrees, 1 differs, 77: the table is of
#                                                 another compiler
# Spills, static shared memory and stack must be the same; registers may be fewer. All shared memory that the kernels
# use is dynamic, so `shared` is 0. Renew the table after a change that is meant:
#   cuda-kernels/resources.sh BUILD/cuda > cuda-kernels/resources.csv
set -eu
logs=$1
nvcc=${NVCC:-nvcc}
compiler="# nvcc $("$nvcc" --version | sed -n 's/.*release \([0-9.]*\),.*/\1/p')"

table() {
    cat "$logs"/*.log | awk '
        /Compiling entry function/ { split($0, quoted, "\047"); kernel = quoted[2]; arch = quoted[4] }
        /bytes stack frame/ { stack = $1; spill = $5 + $9 }
        /Used [0-9]+ registers/ {
            registers = shared = 0
            for (i = 2; i <= NF; i++) {
                if ($i ~ /^registers/) registers = $(i - 1)
                if ($i ~ /^smem/) shared = $(i - 2)
            }
            print kernel "\t" arch "\t" registers "\t" spill "\t" shared "\t" stack
        }' | c++filt | sed -e 's/(anonymous namespace):://g' -e 's/imas::cuda:://g' -e 's/^void //' -e 's/([^\t]*)\t/\t/' -e 's/, /;/g' | tr '\t' ',' | LC_ALL=C sort -u
}

if [ $# -eq 1 ]; then
    echo "$compiler"
    echo "kernel,arch,registers,spill,shared,stack"
    table
    exit
fi

expected=$2
if [ "$(head -n 1 "$expected")" != "$compiler" ]; then
    echo "$expected is of '$(head -n 1 "$expected")', this is '$compiler': nothing to compare"
    exit 77
fi
table | awk -F, -v file="$expected" '
    BEGIN {
        while ((getline line < file) > 0) {
            n = split(line, field, ",")
            if (n == 6 && field[1] != "kernel") { registers[field[1] "," field[2]] = field[3]; rest[field[1] "," field[2]] = field[4] "," field[5] "," field[6] }
        }
    }
    {
        key = $1 "," $2
        kernels++
        archs[$2] = 1
        seen[key] = 1
        if (!(key in registers)) { print key ": not in the table"; bad++ }
        else if ($4 "," $5 "," $6 != rest[key]) { print key ": spill,shared,stack are " $4 "," $5 "," $6 ", the table has " rest[key]; bad++ }
        else if ($3 + 0 > registers[key] + 0) { print key ": " $3 " registers, the table has " registers[key]; bad++ }
    }
    END {
        for (key in registers) {
            split(key, part, ",")
            if ((part[2] in archs) && !(key in seen)) { print key ": in the table, not in the build"; bad++ }
        }
        if (!kernels) { print "the build has no kernels"; bad++ }
        if (bad) print "if this is meant: cuda-kernels/resources.sh BUILD/cuda > cuda-kernels/resources.csv, with all architectures built"
        else print kernels " kernels agree with the table"
        exit bad > 0
    }'
