// A request body, parsed once, immutable, shared by everybody who works on the request: connection,
// session and handler pass a pointer, and the strings and values they look at live in one arena
// that dies with the last of them. A typical request costs one allocation. JSON objects are parsed
// with "the last duplicate wins"; where that could make two readers disagree about what was asked
// (the envelope, `params`, `params._meta`) duplicates are refused here. A copy of one of its values
// is an ordinary value on the heap: it may outlive the document and may be made by any thread
// (Boost.JSON copies keep the original's memory resource; ours allocates from the arena only while
// parsing). Flow: bytes -> document -> json_rpc.hpp.
#pragma once

#include "troupe/protocol/arena.hpp"
#include "troupe/protocol/json.hpp"
#include "troupe/protocol/request_id.hpp"
#include "troupe/protocol/rpc_error.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>

#include <atomic>
#include <cstddef>
#include <optional>
#include <string_view>

namespace troupe::protocol {

/// A message that cannot be used: what to answer, and to which id when that could be read.
struct invalid_message {
  rpc_error error;
  std::optional<request_id> id;
};

/// For `value()` of a result that holds an invalid message.
[[noreturn]] inline void throw_exception_from_error(const invalid_message& invalid,
                                                    const boost::source_location& where) {
  throw_exception_from_error(invalid.error, where);
}

struct parse_limits {
  /// Levels of nested arrays and objects, the envelope included.
  std::size_t max_depth = 32;
  /// Values in the whole document.
  std::size_t max_values = 100'000;
  /// Members of one object. Bounds the work of hostile keys that collide in Boost.JSON's unsalted
  /// hash table.
  std::size_t max_members = 1024;
};

class document;
using document_ptr = boost::intrusive_ptr<const document>;

class document {
public:
  document(const document&) = delete;
  document& operator=(const document&) = delete;

  /// Parses one complete JSON text. Not JSON or not UTF-8: -32700, with the position. Over a limit,
  /// or a duplicate member where that matters: -32600. The id is set where it is certain.
  static boost::system::result<document_ptr, invalid_message>
  parse(std::string_view bytes, const parse_limits& limits = {});

  const json::value& root() const noexcept { return root_; }

  /// The text was a JSON array.
  bool is_batch() const noexcept { return root_.is_array(); }

private:
  explicit document(std::size_t buffer_size) noexcept;
  ~document();

  static void operator delete(void* memory);

  friend void intrusive_ptr_add_ref(const document* doc) noexcept {
    doc->references_.fetch_add(1, std::memory_order_relaxed);
  }

  friend void intrusive_ptr_release(const document* doc) noexcept {
    if (doc->references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      delete doc;
  }

  mutable std::atomic<std::size_t> references_ = 0;
  // Its first buffer follows the document in the same allocation.
  arena arena_;
  // Never destroyed: all it owns is in the arena.
  union {
    json::value root_;
  };
};

/// The same parser for text that is not a request (schemas, configuration): the value lives on the
/// heap. Duplicates are not refused.
rpc_result<json::value> parse_value(std::string_view text, const parse_limits& limits = {});

} // namespace troupe::protocol
