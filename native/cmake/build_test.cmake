# build.cmake on a checkout of one file, which is then moved with its build directory: the build must start anew, once.
#   cmake -DDIRECTORY=scratch -P native/cmake/build_test.cmake
file(REMOVE_RECURSE ${DIRECTORY})
file(WRITE ${DIRECTORY}/before/CMakeLists.txt "cmake_minimum_required(VERSION 3.20)\nproject(small NONE)\nadd_custom_target(all_there ALL COMMAND \${CMAKE_COMMAND} -E echo built)\n")
file(COPY ${CMAKE_CURRENT_LIST_DIR}/build.cmake DESTINATION ${DIRECTORY}/before/native/cmake)

function(build checkout pattern)
  execute_process(COMMAND ${CMAKE_COMMAND} -DBINARY_DIR=${DIRECTORY}/${checkout}/build ${ARGN} -P ${DIRECTORY}/${checkout}/native/cmake/build.cmake
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0 OR NOT output MATCHES "^${pattern}$")
    message(FATAL_ERROR "building ${checkout} gave ${status}, and said [${output}] instead of [${pattern}]")
  endif()
endfunction()

build(before "")
file(RENAME ${DIRECTORY}/before ${DIRECTORY}/after)
build(after "-- this checkout was moved or copied: [^\n]*\n")
build(after "")
build(after ".*built\n" -DPROGRESS=ON)
