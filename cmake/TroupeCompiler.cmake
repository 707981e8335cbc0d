# Language level, warnings, sanitizers, linker and compiler cache: the same for every target.
# `troupe_options` is linked PRIVATE by each of our targets and is never installed.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(THREADS_PREFER_PTHREAD_FLAG ON)

set(TROUPE_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize=")

# The cache sees paths relative to the tree, so that a second clone on the same machine hits it too.
# The sloppiness is what ccache's manual asks for with precompiled headers.
find_program(TROUPE_CCACHE ccache)
if(TROUPE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      /usr/bin/env "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=1
      "CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime" ${TROUPE_CCACHE})
endif()

# lld links the test programs several times faster than the default linker.
find_program(TROUPE_LLD ld.lld)
if(TROUPE_LLD)
  add_link_options(-fuse-ld=lld)
endif()

add_library(troupe_options INTERFACE)
target_compile_options(troupe_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
  -Wold-style-cast -Wcast-qual -Wformat=2 -Wimplicit-fallthrough -Wextra-semi)
if(TROUPE_WERROR)
  target_compile_options(troupe_options INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # -fpch-preprocess lets ccache cache files that use a precompiled header.
  # Its plain -Wshadow also reports a local variable named like a member function or a type, of CAF's
  # base classes too; clang's does not.
  target_compile_options(troupe_options INTERFACE -fpch-preprocess -Wshadow=local)
  # These report std::string's own code once it is inlined into a temporary (GCC bug 105651): not ours to
  # repair. The sanitizers see what they would find.
  target_compile_options(troupe_options INTERFACE
    -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
  if(CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 13)
    target_compile_options(troupe_options INTERFACE -Wno-dangling-reference)
  endif()
else()
  target_compile_options(troupe_options INTERFACE "SHELL:-Xclang -fno-pch-timestamp" -Wshadow)
endif()

if(TROUPE_SANITIZE)
  add_compile_options(-fsanitize=${TROUPE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${TROUPE_SANITIZE})
  if(TROUPE_SANITIZE MATCHES "undefined")
    # Two checks that CAF 0.17.6's own headers fail: a reference to *nullptr for each function spawned without
    # arguments (detail/init_fun_factory.hpp), and the sentinel of a queue cast to an element
    # (intrusive/task_queue.hpp). AddressSanitizer still reports every access through such a pointer.
    add_compile_options(-fno-sanitize=null,vptr)
  endif()
endif()
if(TROUPE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
