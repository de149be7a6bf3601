# Compiles one CUDA source and keeps the compiler's remarks, from which resources.sh reads what each kernel uses:
#   cmake -DNVCC=nvcc -DFLAGS="..." -DSOURCE=x.cu -DOBJECT=x.o -P compile.cmake
execute_process(COMMAND ${NVCC} ${FLAGS} -Xptxas=-v -c ${SOURCE} -o ${OBJECT} RESULT_VARIABLE status ERROR_VARIABLE remarks OUTPUT_VARIABLE remarks)
file(WRITE ${OBJECT}.log "${remarks}")
if(NOT status EQUAL 0)
  message(FATAL_ERROR "nvcc failed on ${SOURCE}:\n${remarks}")
endif()
