// Unpredictable bytes for ids and keys, from the kernel's generator by way of libc. Not from OpenSSL's:
// its first use loads a provider with all its tables, 2.2 MB of every process, also where nothing is
// ever sealed.
#pragma once

#include <span>

namespace troupe::protocol {

/// Fills `out`. Where the system has no generator, libc ends the process: nothing could be kept secret.
void draw_random(std::span<unsigned char> out) noexcept;

} // namespace troupe::protocol
