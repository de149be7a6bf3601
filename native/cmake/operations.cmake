# Sets IMAS_OPERATIONS to the list in native/src/operations.hpp, and stops where imas.h declares other functions of a
# backend than that list has. As a script it only compares:
#   cmake [-DHEADER=another/imas.h] -P native/cmake/operations.cmake
get_filename_component(native ${CMAKE_CURRENT_LIST_DIR}/.. ABSOLUTE)
if(NOT HEADER)
  set(HEADER ${native}/include/imas.h)
endif()

set(IMAS_OPERATIONS)
set(listed)
file(READ ${native}/src/operations.hpp list)
string(REGEX MATCHALL "\n    (PLAIN|WITH_WORKSPACE)\\(F, [a-z0-9_]+\\)" entries "${list}")
foreach(entry IN LISTS entries)
  string(REGEX REPLACE ".*\\(F, ([a-z0-9_]+)\\)" "\\1" operation "${entry}")
  list(APPEND IMAS_OPERATIONS ${operation})
  list(APPEND listed imas_${operation})
  if(entry MATCHES WITH_WORKSPACE)
    list(APPEND listed imas_${operation}_workspace)
  endif()
endforeach()

file(READ ${HEADER} header)
string(REGEX MATCHALL "imas_[a-z0-9_]+\\(const imas_backend" declared "${header}")
list(TRANSFORM declared REPLACE "\\(.*" "")

set(unlisted ${declared})
list(REMOVE_ITEM unlisted ${listed})
set(undeclared ${listed})
list(REMOVE_ITEM undeclared ${declared})
if(unlisted OR undeclared)
  list(JOIN unlisted " " unlisted)
  list(JOIN undeclared " " undeclared)
  message(FATAL_ERROR "imas.h and native/src/operations.hpp disagree: only in imas.h [${unlisted}], only in the list [${undeclared}]")
endif()

if(NOT CMAKE_SCRIPT_MODE_FILE)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${native}/src/operations.hpp ${HEADER})
endif()
