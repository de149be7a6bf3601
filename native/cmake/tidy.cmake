# The target `tidy`: clang-tidy (.clang-tidy has its checks) over the native sources and the example, where it is installed.
# Sources are read as for one instruction set.
find_program(IMAS_CLANG_TIDY NAMES clang-tidy clang-tidy-14 clang-tidy-15 clang-tidy-16)
if(NOT IMAS_CLANG_TIDY)
  return()
endif()
set(options -Wall -Wextra -Wno-psabi -I${CMAKE_SOURCE_DIR}/native/include -I${CMAKE_SOURCE_DIR}/native/src)
set(cxx_options ${options} -std=gnu++17 ${OpenMP_CXX_FLAGS} -DIMAS_VERSION="" -DIMAS_COMPILER="" -DIMAS_OPENMP=0)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  list(APPEND cxx_options -DIMAS_ISA=avx2 ${IMAS_ISA_FLAGS_avx2})
endif()
set(c_options ${options} -std=c11)

file(GLOB_RECURSE sources CONFIGURE_DEPENDS native/src/*.cpp examples/*.c)
file(GLOB_RECURSE headers CONFIGURE_DEPENDS native/src/*.hpp native/include/*.h)
foreach(source IN LISTS sources)
  file(RELATIVE_PATH name ${CMAKE_SOURCE_DIR} ${source})
  string(MAKE_C_IDENTIFIER ${name} stamp)
  set(stamp ${CMAKE_BINARY_DIR}/tidy/${stamp})
  if(source MATCHES "\\.c$")
    set(read_with --checks=-bugprone-implicit-widening-of-multiplication-result -- ${c_options})  # of small constants
  else()
    set(read_with -- ${cxx_options})
  endif()
  add_custom_command(OUTPUT ${stamp}
    COMMAND ${IMAS_CLANG_TIDY} --quiet ${source} ${read_with}
    COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
    DEPENDS ${source} ${headers} ${CMAKE_SOURCE_DIR}/.clang-tidy
    COMMENT "clang-tidy ${name}" VERBATIM)
  list(APPEND stamps ${stamp})
endforeach()
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/tidy)
add_custom_target(tidy DEPENDS ${stamps})
