# cmake -DROOT=<tree> -DFILE=<source> -P TroupeRevision.cmake: writes the function that tells the commit of the tree. Run by
# every build; the file is touched only when the commit is another, so that one source is compiled anew and no more.
execute_process(COMMAND git -C "${ROOT}" rev-parse --short=12 HEAD
                OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT revision MATCHES "^[0-9a-f]+$")
  set(revision unknown)
endif()
set(text "#include \"troupe/supervision/build_info.hpp\"

std::string_view troupe::supervision::build_revision() noexcept {
  return \"${revision}\";
}
")
set(before "")
if(EXISTS "${FILE}")
  file(READ "${FILE}" before)
endif()
if(NOT text STREQUAL before)
  file(WRITE "${FILE}" "${text}")
endif()
