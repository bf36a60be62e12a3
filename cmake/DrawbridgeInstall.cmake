# `cmake --install`: what a backend needs to build against the library. The program installs itself.
#
# The library is static, or with BUILD_SHARED_LIBS shared, and its dependencies are shared libraries of the system. Both packages
# name those for the link of a static one: drawbridgeConfig.cmake finds them again, drawbridge.pc requires them.

include(CMakePackageConfigHelpers)

get_target_property(installed drawbridge::drawbridge ALIASED_TARGET)
install(TARGETS ${installed} EXPORT drawbridgeTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library NAMELINK_COMPONENT development)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/drawbridge DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  COMPONENT development FILES_MATCHING PATTERN "*.h")

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/drawbridge)
install(EXPORT drawbridgeTargets NAMESPACE drawbridge:: DESTINATION ${package_dir} COMPONENT development)
configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/cmake/drawbridgeConfig.cmake.in ${PROJECT_BINARY_DIR}/drawbridgeConfig.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(
  ${PROJECT_BINARY_DIR}/drawbridgeConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/drawbridgeConfig.cmake ${PROJECT_BINARY_DIR}/drawbridgeConfigVersion.cmake
  DESTINATION ${package_dir} COMPONENT development)

# The folders are found from where the file lies, so that an installed tree can be moved. Each may have been given as a whole path.
file(RELATIVE_PATH pc_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
file(RELATIVE_PATH pc_includedir ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_FULL_INCLUDEDIR})
configure_file(${PROJECT_SOURCE_DIR}/cmake/drawbridge.pc.in ${PROJECT_BINARY_DIR}/drawbridge.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/drawbridge.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
  COMPONENT development)

install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT development)
if(DRAWBRIDGE_DEBIAN_PACKAGES)
  include(DrawbridgePackages)
endif()
