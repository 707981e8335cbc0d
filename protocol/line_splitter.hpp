// Messages from bytes where each message is a line (stdio transport, "newline-delimited"). Takes
// bytes as they come, one at a time or a thousand lines at once, and copies only what has to wait for
// its end. Flow: net/line_port -> here -> document.hpp.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::protocol {

class line_splitter {
public:
  /// A line without its end. Valid until the next call of the splitter.
  struct line {
    std::string_view text; ///< empty if too long
    bool too_long = false;
  };

  /// Longer lines than `max_bytes` are told as such, once, and dropped up to their end.
  explicit line_splitter(std::size_t max_bytes) noexcept : max_bytes_(max_bytes) {}

  /// More bytes, which must stay where they are until next() has returned nothing or keep() was
  /// called. Not before that was so for the bytes before.
  void take(std::string_view bytes) noexcept { fresh_ = bytes; }
  /// The next line that is not empty; ends with \n or \r\n. Nothing: its end has not come yet.
  std::optional<line> next();
  /// Copies what has not been looked at.
  void keep();
  /// After next() returned nothing and no more will come: a last line without an end.
  std::optional<line> finish();

  /// Whether a line has begun.
  bool has_part() const noexcept { return skipping_ || begin_ < kept_.size(); }

private:
  bool take_line(std::string_view& text);
  void drop_kept() noexcept;

  std::size_t max_bytes_;
  std::string kept_;        ///< of earlier bytes
  std::size_t begin_ = 0;   ///< what of them is done with
  std::size_t scanned_ = 0; ///< up to here they have no line end behind `begin_`
  std::string_view fresh_;
  bool skipping_ = false; ///< within a line that is too long
};

} // namespace troupe::protocol
