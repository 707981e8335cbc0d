#pragma once

// The smallest media files the suite accepts, in Base64.

#include <string_view>

namespace troupe::conformance {

/// One red pixel.
inline constexpr std::string_view png_base64 =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4z8AAAAMBAQD3A0FDAAAAAElFTkSuQmCC";

/// One sample of silence.
inline constexpr std::string_view wav_base64 =
    "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=";

} // namespace troupe::conformance
