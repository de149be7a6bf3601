# The project configured with compilers that are not there: scripts in place of nvcc, of older and newer releases and with
# faults. Under AUTO none of them may stop the build; under ON a useless one must, in one line.
#   cmake -DDIRECTORY=scratch -P cuda-kernels/test/toolchain_test.cmake
get_filename_component(project ${CMAKE_CURRENT_LIST_DIR}/../.. ABSOLUTE)
file(REMOVE_RECURSE ${DIRECTORY})

# A script that tells RELEASE and the architectures ARGN (none: it does not know the question), and that makes empty files
# where it is to compile, or says TROUBLE. Its command lines are kept in nvcc.log.
function(pretend release trouble)
  set(lists "echo \"nvcc fatal   : Unknown option '$1'\" >&2; exit 1")
  if(ARGN)
    list(JOIN ARGN " " architectures)
    set(lists "for a in ${architectures}; do echo \"\${1#--list-gpu-}_$a\" | sed 's/^code/sm/; s/^arch/compute/'; done")
  endif()
  set(compile "while [ $# -gt 1 ]; do if [ \"$1\" = -o ]; then : >\"$2\"; fi; shift; done")
  if(trouble)
    set(compile "echo 'In file included from host.h:1:' >&2; echo '${trouble}' >&2; exit 1")
  endif()
  file(WRITE ${DIRECTORY}/nvcc "#!/bin/sh
echo \"$*\" >>'${DIRECTORY}/nvcc.log'
case $1 in
  --version) echo 'Cuda compilation tools, release ${release}, V${release}.1' ;;
  --list-gpu-*) ${lists} ;;
  *) ${compile} ;;
esac
")
  file(CHMOD ${DIRECTORY}/nvcc PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
  file(REMOVE ${DIRECTORY}/nvcc.log)
endfunction()

# expect(STATUS PATTERN OPTION...): configures; one line of the output must match the pattern.
function(expect wanted pattern)
  execute_process(COMMAND ${CMAKE_COMMAND} -S ${project} -B ${DIRECTORY}/build -DIMAS_TESTS=OFF -DIMAS_NVCC=${DIRECTORY}/nvcc ${ARGN}
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL wanted OR NOT "\n${output}" MATCHES "\n[- ]*${pattern}\n")
    message(FATAL_ERROR "configuring with ${ARGN} gave ${status} instead of ${wanted}, or does not say [${pattern}]:\n${output}")
  endif()
endfunction()

function(compile)
  execute_process(COMMAND ${CMAKE_COMMAND} --build ${DIRECTORY}/build --target imas_cuda RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  file(READ ${DIRECTORY}/nvcc.log log)
  foreach(image IN LISTS ARGN)
    string(REGEX REPLACE "^[a-z]+_" "compute_" virtual ${image})
    list(APPEND codes "-gencode=arch=${virtual},code=${image}")
  endforeach()
  list(JOIN codes " " codes)
  string(FIND "${log}" " ${codes} -DIMAS_CUDA_IMAGES=" at)
  if(NOT status EQUAL 0 OR at LESS 0 OR NOT EXISTS ${DIRECTORY}/build/libimas_cuda.so)
    message(FATAL_ERROR "compiling gave ${status}, or nvcc was not called with [${codes}]:\n${output}\n${log}")
  endif()
endfunction()

set(rest "the CPU backend is complete without it")

pretend(12.4 "" 50 60 70 75 80 86 87 89 90)
expect(0 "CUDA backend: built with nvcc 12.4 for sm_75 sm_80 sm_86 sm_89 sm_90 compute_75 compute_90; without sm_100 sm_120, which it does not know"
  -DIMAS_CUDA=AUTO -DIMAS_CUDA_ARCHITECTURES=all)
compile(sm_75 sm_80 sm_86 sm_89 sm_90 compute_75 compute_90)

pretend(15.0 "" 80 86 90 100 110 120 130)
expect(0 "CUDA backend: built with nvcc 15.0 for sm_80 sm_86 sm_90 sm_100 sm_120 compute_80 compute_90 compute_120; without sm_75 sm_89, which it does not know")
expect(0 "CUDA backend: built with nvcc 15.0 for sm_80 compute_80" -DIMAS_CUDA_ARCHITECTURES=80)
compile(sm_80 compute_80)

pretend(13.0 "" 75 80 86 87 88 89 90 100 110 103 120 121)
expect(0 "CUDA backend: built with nvcc 13.0 for sm_75 sm_80 sm_86 sm_89 sm_90 sm_100 sm_120 compute_75 compute_90 compute_120" -DIMAS_CUDA_ARCHITECTURES=all)

# From here on nothing can be built, and the library of before must not pass for today's.
pretend(9.1 "" 30 50 60 70)
expect(0 "CUDA backend: not built [(]nvcc 9.1 knows none of the architectures asked for [(]sm_75 .* sm_120[)][)]; ${rest}")
if(EXISTS ${DIRECTORY}/build/libimas_cuda.so)
  message(FATAL_ERROR "an earlier build's libimas_cuda.so is left")
endif()

pretend(10.2 "")
expect(0 "CUDA backend: not built [(]nvcc 10.2 is too old: [^\n]*[)]; ${rest}")

pretend(12.1 "host_config.h:139:2: error: #error -- unsupported GNU version! gcc versions later than 12 are not supported" 75 80 90)
expect(0 "CUDA backend: not built [(]${DIRECTORY}/nvcc does not compile a small trial [(]host_config.h:139:2: error: [^\n]*[)][)]; ${rest}")
expect(1 "IMAS_CUDA=ON, but ${DIRECTORY}/nvcc does not compile a small trial [^\n]*unsupported GNU version[^\n]*" -DIMAS_CUDA=ON)

file(WRITE ${DIRECTORY}/nvcc "#!/bin/sh\nexit 127\n")
expect(1 "IMAS_CUDA=ON, but ${DIRECTORY}/nvcc does not tell its version")
expect(0 "CUDA backend: not built [(]${DIRECTORY}/nvcc does not tell its version[)]; ${rest}" -DIMAS_CUDA=AUTO)

expect(1 "IMAS_CUDA is sometimes, expected AUTO, ON or OFF" -DIMAS_CUDA=sometimes)
expect(1 "IMAS_CUDA_ARCHITECTURES is 8.0, expected all, or compute capabilities without their dot, such as 80,90" -DIMAS_CUDA=AUTO -DIMAS_CUDA_ARCHITECTURES=8.0)
