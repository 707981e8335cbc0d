#pragma once

// The gate at the hostile edge: it reads the head of a request strictly, in one pass, and nobody
// behind it sees a byte that it did not accept. It exists because Beast 1.81 accepts several heads
// that two parsers understand differently (request smuggling); the tests name each such gap.
//
// Flow: net/ appends what it read to its buffer and calls head_gate::check with all bytes since the
// start of the request. `complete` → head() goes to http_rules, a chunked body to chunk_gate.

#include "troupe/protocol/http_head.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace troupe::protocol {

struct gate_limits {
  std::uint16_t max_header_bytes = 16'384; ///< request line, fields and the empty line; else 431
  std::uint16_t max_header_count = 64;     ///< field lines; else 431
  std::uint16_t max_target_bytes = 2'048;  ///< else 414
};

enum class gate_state : std::uint8_t { need_more, complete, rejected };

struct gate_result {
  gate_state state = gate_state::need_more;
  std::uint16_t head_bytes = 0; ///< complete: size of the head; the body starts behind it
  std::uint16_t status = 0;     ///< rejected: 400, 414, 417, 431, 501 or 505
  std::string_view reason;      ///< rejected: what was wrong and what is expected; a constant text
  std::int32_t rpc_code =
      -32600; ///< rejected: -32020 for a header that repeats the body (2026-07-28)
};

class head_gate {
public:
  head_gate() noexcept = default;

  explicit head_gate(const gate_limits& limits) noexcept : limits_(limits) {}

  /// Checks a head that may be incomplete. `bytes` are all bytes received since the start of the
  /// request: the same as before, perhaps at another address, and more behind them. Bytes after
  /// the head are not looked at. The cost over all calls is linear in the size of the head, and the
  /// outcome does not depend on how the bytes were split. After `rejected` the connection must be
  /// closed, for nobody knows where the next request starts (RFC 9112 §2.2, §3, §5, §6).
  gate_result check(std::string_view bytes) noexcept;

  /// Meaningful after `complete`, as long as the bytes stay where they were (see rebase()).
  const http_head& head() const noexcept { return head_; }

  http_head& head() noexcept { return head_; }

  /// Makes ready for the next request of the connection.
  void reset() noexcept;

private:
  gate_result result() const noexcept;
  bool take_rest(std::string_view bytes) noexcept;
  bool take_end() noexcept;
  bool take_line(std::string_view line) noexcept;
  bool take_request_line(std::string_view line) noexcept;
  bool take_version(std::string_view version) noexcept;
  bool take_target(std::string_view target) noexcept;
  bool take_absolute_target(std::string_view target) noexcept;
  bool take_field(std::string_view line) noexcept;
  bool fail_field_name(std::string_view line) noexcept;
  bool take_known(known_header header, std::string_view value) noexcept;
  bool take_param(std::string_view name, std::string_view value) noexcept;
  bool take_accept(std::string_view value) noexcept;
  bool take_content_length(std::string_view value) noexcept;
  bool take_transfer_encoding(std::string_view value) noexcept;
  bool take_expect(std::string_view value) noexcept;
  void take_connection(std::string_view value) noexcept;
  void take_upgrade(std::string_view value) noexcept;
  bool fail(std::uint16_t status, std::string_view reason) noexcept;
  bool fail_mirror(std::string_view reason) noexcept;
  field_ref ref(std::string_view part) const noexcept;

  gate_limits limits_;
  std::uint16_t line_start_ = 0; // where the line begins that is not complete yet
  std::uint16_t scanned_ = 0;    // up to here there is no further line end
  std::uint16_t field_count_ = 0;
  std::uint16_t status_ = 0;     // not 0: rejected
  std::uint16_t head_bytes_ = 0; // not 0: complete
  bool has_request_line_ = false;
  bool connection_close_ = false;
  bool connection_keep_alive_ = false;
  bool connection_upgrade_ = false;
  bool upgrade_websocket_ = false;
  field_ref authority_; // of an absolute-form target
  std::string_view reason_;
  std::int32_t rpc_code_ = -32600;
  http_head head_;
};

} // namespace troupe::protocol
