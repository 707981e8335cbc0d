#pragma once

// What kind of file this is: its media type by its name, and whether it is text by its bytes.

#include <string_view>

namespace troupe::supervision {

/// Valid UTF-8 without NUL: what can be sent as text instead of Base64.
bool is_text(std::string_view bytes) noexcept;

/// The same for the first bytes of a file, which may end within a character.
bool begins_like_text(std::string_view start) noexcept;

/// What is said of a file whose extension tells nothing.
std::string_view default_media_type(bool text) noexcept;

/// By the extension, without regard to case; empty if it is not known.
std::string_view media_type_of(std::string_view file_name) noexcept;

} // namespace troupe::supervision
