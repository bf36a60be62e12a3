# The two libraries of Boost that scripts/release_libraries.sh makes.
foreach(name json url)
  if(NOT TARGET Boost::${name})
    add_library(Boost::${name} STATIC IMPORTED)
    set_target_properties(Boost::${name} PROPERTIES
      IMPORTED_LOCATION ${CMAKE_CURRENT_LIST_DIR}/../../libboost_${name}.a
      INTERFACE_INCLUDE_DIRECTORIES ${CMAKE_CURRENT_LIST_DIR}/../../../include
      INTERFACE_COMPILE_DEFINITIONS BOOST_ALL_NO_LIB)
  endif()
  set(Boost_${name}_FOUND TRUE)
endforeach()
