# The oldest compilers with std::expected of C++23. include/drawbridge/export.h says the same to those who use the library.

function(drawbridge_require_compiler)
  set(oldest_GNU 12)
  set(oldest_Clang 16)
  set(oldest_AppleClang 15)
  set(oldest ${oldest_${CMAKE_CXX_COMPILER_ID}})
  if(NOT oldest OR CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL oldest)
    return()
  endif()
  string(CONCAT text "Drawbridge needs std::expected of C++23, which ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION} "
    "(${CMAKE_CXX_COMPILER}) lacks. Install g++ 12, clang 16 or Apple clang 15, or a newer one, and name it: ")
  if(DRAWBRIDGE_BUILD_PYTHON)
    string(APPEND text "CXX=g++-12 pip install ...")
  else()
    string(APPEND text "cmake -DCMAKE_CXX_COMPILER=g++-12 ...")
  endif()
  message(FATAL_ERROR " ${text}") # CMake breaks the lines of a text that does not begin with a blank
endfunction()
