# What an nvcc can build of the CUDA backend: imas_cuda_toolchain(NVCC ARCHITECTURES SCRATCH) sets
#   IMAS_CUDA_PROBLEM   why it cannot build anything, in a part of a sentence; empty where it can
#   IMAS_CUDA_IMAGES    what is built: sm_NN is machine code, compute_NN is PTX, which the driver of a later GPU translates
#   IMAS_CUDA_SUMMARY   the same for people, with what this nvcc does not know
#   IMAS_CUDA_RELEASE   of nvcc, as 13.0
# ARCHITECTURES is `all`, or a list of compute capabilities such as 80,90. nvcc is tried once; SCRATCH holds the answer.

# Machine code of one architecture runs on later ones of the same generation (8.6 on 8.7, 10.0 on 10.3).
set(IMAS_CUDA_ALL 75 80 86 89 90 100 120)
set(IMAS_CUDA_OPTIONS -std=c++17 -O3 -Xfatbin=-compress-all --extended-lambda --expt-relaxed-constexpr -cudart static
  -Xcompiler=-fPIC,-fvisibility=hidden,-Wall,-Wextra,-Wno-unused-parameter
  -I${CMAKE_CURRENT_LIST_DIR} -I${CMAKE_CURRENT_LIST_DIR}/../native/include -I${CMAKE_CURRENT_LIST_DIR}/../native/src)

# What a compiler lists of itself, as numbers: of sm_90 or compute_90 the 90.
function(imas_cuda_listed nvcc option result)
  execute_process(COMMAND ${nvcc} ${option} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_QUIET)
  set(found)
  if(status EQUAL 0)
    string(REGEX MATCHALL "(sm|compute)_[0-9]+[a-z]?" found "${output}")
    list(TRANSFORM found REPLACE "^[a-z]+_" "")
  endif()
  set(${result} ${found} PARENT_SCOPE)
endfunction()

# Sets `problem` to nvcc's own words where it cannot compile and link trial.cu.
function(imas_cuda_try nvcc image scratch problem)
  string(REGEX REPLACE "^[a-z]+_" "compute_" virtual ${image})
  file(MAKE_DIRECTORY ${scratch})
  execute_process(COMMAND ${nvcc} ${IMAS_CUDA_OPTIONS} -gencode=arch=${virtual},code=${image}
      -shared ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/trial.cu -o ${scratch}/trial.so
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  set(${problem} "" PARENT_SCOPE)
  if(NOT status EQUAL 0 OR NOT EXISTS ${scratch}/trial.so)
    string(REGEX MATCH "[^\n]*([Ee]rror|fatal|not found|unsupported)[^\n]*" line "${output}")
    string(STRIP "${line}" line)
    if(NOT line)
      set(line "status ${status}")
    endif()
    set(${problem} "${nvcc} does not compile a small trial (${line})" PARENT_SCOPE)
  endif()
  file(REMOVE ${scratch}/trial.so)
endfunction()

# Sets `built` and `unknown`: the wanted architectures that this nvcc knows and does not know.
function(imas_cuda_known nvcc wanted)
  imas_cuda_listed(${nvcc} --list-gpu-code real)
  imas_cuda_listed(${nvcc} --list-gpu-arch virtual)
  set(built)
  set(unknown)
  foreach(arch IN LISTS wanted)
    if(arch IN_LIST real AND arch IN_LIST virtual)
      list(APPEND built ${arch})
    else()
      list(APPEND unknown sm_${arch})
    endif()
  endforeach()
  list(JOIN unknown " " unknown)
  set(built ${built} PARENT_SCOPE)
  set(unknown "${unknown}" PARENT_SCOPE)
  list(LENGTH real listed)
  set(listed ${listed} PARENT_SCOPE)
endfunction()

# Machine code of every architecture in the list, and PTX of the oldest, the newest and of Hopper: the generations between
# and after these have no code of their own.
function(imas_cuda_images architectures result)
  list(GET architectures 0 oldest)
  list(GET architectures -1 newest)
  set(translated)
  foreach(arch IN LISTS architectures)
    if(arch STREQUAL oldest OR arch STREQUAL 90 OR arch STREQUAL newest)
      list(APPEND translated compute_${arch})
    endif()
  endforeach()
  list(TRANSFORM architectures PREPEND sm_)
  set(${result} ${architectures} ${translated} PARENT_SCOPE)
endfunction()

function(imas_cuda_toolchain nvcc architectures scratch)
  set(IMAS_CUDA_PROBLEM "" PARENT_SCOPE)
  string(REGEX REPLACE "[, ]+" ";" wanted "${architectures}")
  if(architectures STREQUAL all)
    set(wanted ${IMAS_CUDA_ALL})
  elseif(NOT architectures MATCHES "^[0-9]+[a-z]?([, ]+[0-9]+[a-z]?)*$")
    message(FATAL_ERROR
      "  IMAS_CUDA_ARCHITECTURES is ${architectures}, expected all, or compute capabilities without their dot, such as 80,90")
  endif()
  list(SORT wanted COMPARE NATURAL)

  execute_process(COMMAND ${nvcc} --version RESULT_VARIABLE status OUTPUT_VARIABLE version ERROR_QUIET)
  if(NOT status EQUAL 0 OR NOT version MATCHES "release ([0-9.]+)")
    set(IMAS_CUDA_PROBLEM "${nvcc} does not tell its version" PARENT_SCOPE)
    return()
  endif()
  set(release ${CMAKE_MATCH_1})
  imas_cuda_known(${nvcc} "${wanted}")
  if(NOT listed)
    set(IMAS_CUDA_PROBLEM "nvcc ${release} is too old: it cannot list its architectures; 11.7 or newer is needed" PARENT_SCOPE)
    return()
  elseif(NOT built)
    set(IMAS_CUDA_PROBLEM "nvcc ${release} knows none of the architectures asked for (${unknown})" PARENT_SCOPE)
    return()
  endif()
  imas_cuda_images("${built}" images)

  set(tried "${nvcc} ${version} ${images} ${IMAS_CUDA_OPTIONS}")
  set(before)
  if(EXISTS ${scratch}/tried)
    file(READ ${scratch}/tried before)
  endif()
  if(NOT before STREQUAL tried)
    list(GET images 0 image)
    imas_cuda_try(${nvcc} ${image} ${scratch} problem)
    if(problem)
      set(IMAS_CUDA_PROBLEM "${problem}" PARENT_SCOPE)
      return()
    endif()
    file(WRITE ${scratch}/tried "${tried}")
  endif()

  list(JOIN images " " summary)
  if(unknown)
    string(APPEND summary "; without ${unknown}, which it does not know")
  endif()
  set(IMAS_CUDA_IMAGES ${images} PARENT_SCOPE)
  set(IMAS_CUDA_RELEASE ${release} PARENT_SCOPE)
  set(IMAS_CUDA_SUMMARY "nvcc ${release} for ${summary}" PARENT_SCOPE)
endfunction()
