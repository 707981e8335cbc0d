#pragma once

// Gives back what only the start has used. Loading the program and its libraries maps most of their
// files into memory: the linker reads every relocation, initialisers run, and the kernel maps sixteen
// pages for each one that is touched. Nearly all of it is never looked at again, but counts as this
// process's (RSS) and keeps those pages from being reclaimed. What is used again is mapped again from
// the page cache, which costs about a microsecond for each sixteen pages, once.
//
// Figures: docs/decisions/0015-memory.md.

#include <cstdint>
#include <iosfwd>
#include <vector>

namespace troupe::supervision {

struct address_range {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  bool operator==(const address_range&) const = default;
};

/// The mappings in `smaps` (the text of /proc/PID/smaps) that are exactly what their files hold: of a
/// file, private, not writable, and with no page of their own. A page of its own has what the linker
/// has written for good (RELRO), or a debugger's breakpoint, or a probe; such mappings are left alone.
std::vector<address_range> unchanged_file_mappings(std::istream& smaps);

/// Unmaps the pages of those mappings and returns free heap to the system. Takes about a millisecond;
/// to be called once, when the process serves. From any thread. Does nothing where /proc is missing.
void release_startup_pages();

} // namespace troupe::supervision
