# cmake --install: the server, its configuration, the libraries, and the headers as "troupe/<folder>/<name>.hpp", for
# find_package(troupe) in another project. `runtime` and `development` become the Debian packages troupe and
# troupe-dev (./dev package). tests/packaging builds an outside project against the result.
include(CMakePackageConfigHelpers)

get_property(_folders GLOBAL PROPERTY TROUPE_FOLDERS)
list(TRANSFORM _folders PREPEND troupe_ OUTPUT_VARIABLE _libraries)
set(_config_dir "${CMAKE_INSTALL_LIBDIR}/cmake/troupe")

install(TARGETS ${_libraries} troupe_troupe
        EXPORT troupeTargets
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development)
foreach(_folder IN LISTS _folders)
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/${_folder}/"
          DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/troupe/${_folder}"
          COMPONENT development
          FILES_MATCHING PATTERN "*.hpp")
endforeach()
install(EXPORT troupeTargets NAMESPACE troupe:: DESTINATION "${_config_dir}" COMPONENT development)

configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/cmake/troupeConfig.cmake.in" "${PROJECT_BINARY_DIR}/troupeConfig.cmake"
  INSTALL_DESTINATION "${_config_dir}" NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/troupeConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES
          "${PROJECT_BINARY_DIR}/troupeConfig.cmake" "${PROJECT_BINARY_DIR}/troupeConfigVersion.cmake"
          cmake/FindCAF.cmake cmake/FindPrometheusCore.cmake cmake/FindRE2.cmake cmake/TroupeDependencies.cmake
        DESTINATION "${_config_dir}" COMPONENT development)

if(TARGET troupe)
  install(TARGETS troupe RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT runtime)
endif()
if(EXISTS "${PROJECT_SOURCE_DIR}/configs")
  install(DIRECTORY configs/ DESTINATION "${CMAKE_INSTALL_DATADIR}/troupe" COMPONENT runtime)
endif()
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}" RENAME copyright COMPONENT runtime)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME troupe)
set(CPACK_PACKAGE_CONTACT "the Troupe authors")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL runtime development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME troupe)
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION "MCP server runtime on actors")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME troupe-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
    "libcaf-dev, libssl-dev, libre2-dev, libspdlog-dev, prometheus-cpp-dev")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "MCP server runtime on actors: library and headers")
include(CPack)
