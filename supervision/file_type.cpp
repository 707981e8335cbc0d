#include "troupe/supervision/file_type.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "troupe/protocol/utf8.hpp"

namespace troupe::supervision {
namespace {

/// The registered types of files that people give to models.
constexpr std::array<std::pair<std::string_view, std::string_view>, 38> types{{
    {"aac", "audio/aac"},
    {"avif", "image/avif"},
    {"bmp", "image/bmp"},
    {"c", "text/x-c"},
    {"cpp", "text/x-c++"},
    {"css", "text/css"},
    {"csv", "text/csv"},
    {"flac", "audio/flac"},
    {"gif", "image/gif"},
    {"gz", "application/gzip"},
    {"h", "text/x-c"},
    {"hpp", "text/x-c++"},
    {"htm", "text/html"},
    {"html", "text/html"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"js", "text/javascript"},
    {"json", "application/json"},
    {"log", "text/plain"},
    {"md", "text/markdown"},
    {"mjs", "text/javascript"},
    {"mp3", "audio/mpeg"},
    {"mp4", "video/mp4"},
    {"ogg", "audio/ogg"},
    {"pdf", "application/pdf"},
    {"png", "image/png"},
    {"py", "text/x-python"},
    {"sh", "application/x-sh"},
    {"svg", "image/svg+xml"},
    {"toml", "application/toml"},
    {"tsv", "text/tab-separated-values"},
    {"txt", "text/plain"},
    {"wav", "audio/wav"},
    {"webp", "image/webp"},
    {"xml", "application/xml"},
    {"yaml", "application/yaml"},
    {"yml", "application/yaml"},
    {"zip", "application/zip"},
}};

char lower(char letter) noexcept {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

} // namespace

bool is_text(std::string_view bytes) noexcept {
  return bytes.find('\0') == bytes.npos && protocol::is_utf8(bytes);
}

bool begins_like_text(std::string_view start) noexcept {
  if (is_text(start))
    return true;
  constexpr std::size_t longest_rest = 3; // of a character that is cut off
  for (std::size_t rest = 1; rest <= std::min(longest_rest, start.size()); ++rest) {
    const auto lead = static_cast<unsigned char>(start[start.size() - rest]);
    if (lead >= 0xC2 && lead <= 0xF4)
      return is_text(start.substr(0, start.size() - rest));
  }
  return false;
}

std::string_view default_media_type(bool text) noexcept {
  return text ? "text/plain" : "application/octet-stream";
}

std::string_view media_type_of(std::string_view file_name) noexcept {
  const auto name = file_name.substr(file_name.rfind('/') + 1);
  const auto dot = name.rfind('.');
  if (dot == name.npos || dot == 0)
    return {};
  const auto extension = name.substr(dot + 1);
  const auto found = std::find_if(types.begin(), types.end(), [&](const auto& known) {
    return std::equal(extension.begin(), extension.end(), known.first.begin(), known.first.end(),
                      [](char left, char right) { return lower(left) == right; });
  });
  return found == types.end() ? std::string_view{} : found->second;
}

} // namespace troupe::supervision
