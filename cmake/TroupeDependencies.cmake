# The libraries Troupe stands on. The find modules in this folder are installed too: troupeConfig.cmake uses them.
# Boost is used by its headers only: JSON, Asio and Beast are compiled once, in files of our own.
find_package(Threads REQUIRED)
find_package(Boost 1.81 CONFIG REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(CAF 0.17.6 REQUIRED COMPONENTS core io openssl)
find_package(RE2 REQUIRED)
find_package(PrometheusCore REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(CLI11 CONFIG REQUIRED)
