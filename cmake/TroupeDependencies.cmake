# The libraries Troupe stands on, for our own build and, installed beside troupeConfig.cmake, for those who link us.
# Boost is used by its headers only: JSON, Asio and Beast are compiled once, in files of our own.
include(CMakeFindDependencyMacro)

# find_dependency repeats what the caller of find_package(troupe) asked for. Our own build is no such call and
# requires all.
if(PROJECT_IS_TOP_LEVEL AND PROJECT_NAME STREQUAL "troupe")
  set(CMAKE_FIND_PACKAGE_NAME troupe)
  set(troupe_FIND_REQUIRED TRUE)
endif()

find_dependency(Threads)
find_dependency(Boost 1.81 CONFIG)
find_dependency(OpenSSL 3.0)
find_dependency(CAF 0.17.6 COMPONENTS core io openssl)
find_dependency(RE2)
find_dependency(PrometheusCore)
find_dependency(spdlog CONFIG)
