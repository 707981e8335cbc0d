#include "troupe/protocol/line_splitter.hpp"

namespace troupe::protocol {

namespace {

std::string_view without_return(std::string_view text) noexcept {
  if (text.ends_with('\r'))
    text.remove_suffix(1);
  return text;
}

} // namespace

std::optional<line_splitter::line> line_splitter::next() {
  std::string_view text;
  while (take_line(text)) {
    if (skipping_) {
      skipping_ = false;
      continue;
    }
    text = without_return(text);
    if (text.size() > max_bytes_)
      return line{{}, true};
    if (!text.empty())
      return line{text, false};
  }
  if (kept_.size() - begin_ <= max_bytes_ + 1) // a return may be the last of them
    return std::nullopt;
  drop_kept();
  skipping_ = true;
  return line{{}, true};
}

/// The bytes up to the next line end; false if there is none, and then what there is has been kept.
bool line_splitter::take_line(std::string_view& text) {
  if (begin_ == kept_.size())
    drop_kept();
  if (const auto end = kept_.find('\n', scanned_); end != kept_.npos) {
    text = std::string_view{kept_}.substr(begin_, end - begin_);
    begin_ = scanned_ = end + 1;
    return true;
  }
  const auto end = fresh_.find('\n');
  const bool ends = end != fresh_.npos;
  const auto part = fresh_.substr(0, end);
  fresh_.remove_prefix(ends ? end + 1 : fresh_.size());
  if (ends && kept_.empty()) {
    text = part;
    return true;
  }
  if (!skipping_)
    kept_ += part;
  scanned_ = kept_.size();
  if (!ends)
    return false;
  text = std::string_view{kept_}.substr(begin_);
  begin_ = kept_.size();
  return true;
}

void line_splitter::keep() {
  if (fresh_.empty())
    return;
  kept_.erase(0, begin_);
  scanned_ -= begin_;
  begin_ = 0;
  kept_ += fresh_;
  fresh_ = {};
}

std::optional<line_splitter::line> line_splitter::finish() {
  if (skipping_) {
    skipping_ = false;
    return std::nullopt;
  }
  const auto text = without_return(std::string_view{kept_}.substr(begin_));
  begin_ = kept_.size();
  if (text.empty())
    return std::nullopt;
  return text.size() > max_bytes_ ? line{{}, true} : line{text, false};
}

/// A line may have been large, and the next may be long in coming.
void line_splitter::drop_kept() noexcept {
  if (!kept_.empty())
    std::string{}.swap(kept_);
  begin_ = scanned_ = 0;
}

} // namespace troupe::protocol
