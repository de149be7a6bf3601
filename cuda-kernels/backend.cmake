# libimas_cuda.so with nvcc called directly: machine code and PTX as toolchain.cmake found them (IMAS_CUDA_IMAGES), and the
# static CUDA runtime, so that the library loads (and says "no device") where no driver is installed.
set(flags ${IMAS_CUDA_OPTIONS})
if(IMAS_CUDA_RELEASE STREQUAL 13.0)
  list(APPEND flags -Werror=all-warnings)  # others may warn of what nobody here has seen
endif()
foreach(image IN LISTS IMAS_CUDA_IMAGES)
  string(REGEX REPLACE "^[a-z]+_" "compute_" virtual ${image})
  list(APPEND flags -gencode=arch=${virtual},code=${image})
endforeach()
list(JOIN IMAS_CUDA_IMAGES "/" images)  # a single token, for the text of a refusal
list(APPEND flags -DIMAS_CUDA_IMAGES=${images})

file(GLOB headers CONFIGURE_DEPENDS cuda-kernels/*.cuh native/src/law/*.hpp)
set(objects)
foreach(source IN LISTS IMAS_CUDA_SOURCES)
  get_filename_component(stem ${source} NAME_WE)
  set(object ${CMAKE_BINARY_DIR}/cuda/${stem}.o)
  set(own)
  if(stem STREQUAL gamma)
    set(own --fmad=false)  # the same bits as on a CPU: law/gamma.hpp
  endif()
  add_custom_command(OUTPUT ${object}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/cuda
    COMMAND ${CMAKE_COMMAND} -DNVCC=${IMAS_NVCC} "-DFLAGS=${flags};${own}" -DSOURCE=${source} -DOBJECT=${object} -P ${CMAKE_SOURCE_DIR}/cuda-kernels/compile.cmake
    BYPRODUCTS ${object}.log
    DEPENDS ${source} ${headers} ${CMAKE_SOURCE_DIR}/cuda-kernels/compile.cmake ${CMAKE_SOURCE_DIR}/native/include/imas.h
      ${CMAKE_SOURCE_DIR}/native/src/backend.hpp ${CMAKE_SOURCE_DIR}/native/src/operations.hpp
    COMMENT "nvcc ${stem}.cu" VERBATIM)
  list(APPEND objects ${object})
endforeach()
set(library ${CMAKE_BINARY_DIR}/libimas_cuda.so)
add_custom_command(OUTPUT ${library}
  COMMAND ${IMAS_NVCC} -shared -cudart static -Xlinker=--exclude-libs,ALL -Xlinker=--no-undefined ${objects} -o ${library} -lpthread -ldl -lrt
  DEPENDS ${objects} COMMENT "linking libimas_cuda.so" VERBATIM)
add_custom_target(imas_cuda ALL DEPENDS ${library})
add_dependencies(libraries imas_cuda)

if(IMAS_TESTS)
  enable_testing()
  add_test(NAME cuda_resources COMMAND ${CMAKE_SOURCE_DIR}/cuda-kernels/resources.sh ${CMAKE_BINARY_DIR}/cuda ${CMAKE_SOURCE_DIR}/cuda-kernels/resources.csv)
  set_tests_properties(cuda_resources PROPERTIES SKIP_RETURN_CODE 77 ENVIRONMENT "NVCC=${IMAS_NVCC}")
endif()
