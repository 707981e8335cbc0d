# troupe_add_library(<folder> SOURCES ... LINK ... [PCH <headers>])
# The folder's static library: target troupe_<folder>, alias troupe::<folder>. Its headers are reached as
# "troupe/<folder>/<name>.hpp", in the tree by a link in the build folder and once installed by the same path.
function(troupe_add_library folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK;PCH")
  set(target troupe_${folder})
  set(include_root "${PROJECT_BINARY_DIR}/include")
  file(MAKE_DIRECTORY "${include_root}/troupe")
  file(CREATE_LINK "${CMAKE_CURRENT_SOURCE_DIR}" "${include_root}/troupe/${folder}" SYMBOLIC)

  if(arg_SOURCES)
    add_library(${target} STATIC ${arg_SOURCES})
    set(scope PUBLIC)
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:troupe_options>)
    if(TROUPE_PCH AND arg_PCH)
      target_precompile_headers(${target} PRIVATE ${arg_PCH})
    endif()
  else() # headers only
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(troupe::${folder} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${folder})
  target_compile_features(${target} ${scope} cxx_std_20)
  target_include_directories(${target} ${scope}
    $<BUILD_INTERFACE:${include_root}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(${target} ${scope} ${arg_LINK})
  set_property(GLOBAL APPEND PROPERTY TROUPE_FOLDERS ${folder})
endfunction()

# troupe_add_program(<name> SOURCES ... LINK ... [GROUP <target>]): a binary at build/<preset>/<name>, made by
# ./dev build, or with GROUP troupe_bench by ./dev bench.
function(troupe_add_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "GROUP" "SOURCES;LINK")
  if(NOT arg_GROUP)
    set(arg_GROUP troupe_programs)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE troupe_options ${arg_LINK})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}")
  add_dependencies(${arg_GROUP} ${name})
endfunction()
