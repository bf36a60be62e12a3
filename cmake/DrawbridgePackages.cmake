# `cpack -G DEB`: the program, the shared library, and what a build against that needs, for the Debian that they are built on.

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME drawbridge)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "The Drawbridge authors <drawbridge@example.com>")
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE) # whatever the umask
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(components program library development)
set(CPACK_COMPONENTS_ALL ${components})
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
if(CMAKE_CROSSCOMPILING)
  set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE arm64) # what they need is given to cpack
else()
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
endif()
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(library_package libdrawbridge${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
set(packages drawbridge ${library_package} libdrawbridge-dev)

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME drawbridge)
set(CPACK_COMPONENT_PROGRAM_DESCRIPTION "API server and tools for the users of Better Auth
 It verifies the tokens, session cookies and API keys that Better Auth issues,
 and lets each user reach their own data only.")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME ${library_package})
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_COMPONENT_LIBRARY_DESCRIPTION "verifies what Better Auth issues: shared library
 For servers in C++ whose users Better Auth signs in.")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libdrawbridge-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SHLIBDEPS OFF)
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "verifies what Better Auth issues: headers
 For building servers in C++ whose users Better Auth signs in.")
# With the libraries that its CMake package asks for.
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
  "${library_package} (= ${PROJECT_VERSION}), libcurl4-openssl-dev, libsimdjson-dev, libsodium-dev, libssl-dev, pkg-config")

install(FILES ${PROJECT_SOURCE_DIR}/deploy/drawbridge.service DESTINATION lib/systemd/system COMPONENT program)
foreach(component package IN ZIP_LISTS components packages)
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION share/doc/${package} RENAME copyright COMPONENT ${component})
endforeach()
# The list and the licences of what is compiled in, which scripts/release_dist.sh writes before it packs.
install(DIRECTORY ${PROJECT_BINARY_DIR}/compiled-in/ DESTINATION share/doc/drawbridge COMPONENT program OPTIONAL)

include(CPack)
