#pragma once

// The one list of everything that can be configured: path in the file, range, sentence, member. The
// reader checks against it, the printer prints it, configs/troupe.json and configs/troupe.schema.json
// are generated from it (a test compares them). A new setting is a member with a default and one
// line in config_table.cpp.

#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "troupe/supervision/config.hpp"

namespace troupe::supervision {

/// An unsigned member of any width.
class number_ref {
public:
  template<std::integral T>
  explicit number_ref(T& member)
      : member_(&member),
        get_([](const void* from) {
          return static_cast<std::uint64_t>(*static_cast<const T*>(from));
        }),
        set_([](void* to, std::uint64_t value) { *static_cast<T*>(to) = static_cast<T>(value); }) {}

  std::uint64_t get() const { return get_(member_); }
  /// `value` is in the range of the setting, which fits the member.
  void set(std::uint64_t value) const { set_(member_, value); }

private:
  void* member_;
  std::uint64_t (*get_)(const void*);
  void (*set_)(void*, std::uint64_t);
};

/// A member that is one of a few words.
class choice_ref {
public:
  template<class Enum>
  requires std::is_enum_v<Enum> choice_ref(Enum& member, std::span<const std::string_view> words)
      : words_(words),
        member_(&member),
        get_([](const void* from) {
          return static_cast<std::size_t>(*static_cast<const Enum*>(from));
        }),
        set_([](void* to, std::size_t index) {
          *static_cast<Enum*>(to) = static_cast<Enum>(index);
        }) {}

  /// By value of the enum.
  std::span<const std::string_view> words() const { return words_; }
  std::string_view get() const { return words_[get_(member_)]; }
  bool set(std::string_view word) const;

private:
  std::span<const std::string_view> words_;
  void* member_;
  std::size_t (*get_)(const void*);
  void (*set_)(void*, std::size_t);
};

using text_list = std::vector<std::string>;
using directory_list = std::vector<resource_directory>;

using member_ref = std::variant<bool*, number_ref, std::chrono::milliseconds*, std::string*,
                                choice_ref, text_list*, directory_list*>;

struct setting {
  std::string_view path;         ///< "section.key"
  member_ref (*member)(config&); ///< its default is what a new config holds
  /// Of numbers and durations (in milliseconds): the values allowed; of texts and lists: the sizes.
  std::uint64_t least = 0;
  std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
  /// For the configuration file and the schema; says what 0 means where it means something.
  std::string_view about;
  /// Takes effect at SIGHUP; all others when the process starts.
  bool live = false;
  /// Not shown by --print-config.
  bool secret = false;

  std::string_view section() const { return path.substr(0, path.find('.')); }
  std::string_view key() const { return path.substr(path.find('.') + 1); }
};

/// In the order in which they are printed; settings of one section stand together.
std::span<const setting> settings() noexcept;

/// What a section is about.
std::string_view about_section(std::string_view section) noexcept;

const setting* find_setting(std::string_view path) noexcept;

std::span<const std::string_view> log_level_words() noexcept;

} // namespace troupe::supervision
