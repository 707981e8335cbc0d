#pragma once

// Reads the chunked coding of a request body strictly (RFC 9112 §7.1). Beast 1.81 puts no cap on
// chunk headers, merges trailer fields into the header and obeys framing fields there; here a chunk
// line has a cap, and a trailer section is refused: no MCP client sends one.
//
// Flow: net/ calls next() in a loop with what it has read; `data` pieces are the body, in order.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace troupe::protocol {

struct chunk_limits {
  std::uint64_t max_body_bytes = 4 * 1024 * 1024; ///< sum of the chunk sizes; else 413
  std::uint32_t max_extension_bytes = 1'024;      ///< of all chunk lines together; else 400
};

enum class chunk_state : std::uint8_t { need_more, data, complete, rejected };

struct chunk_step {
  chunk_state state = chunk_state::need_more;
  std::size_t consumed = 0; ///< how many bytes of the input are done with
  std::string_view data;    ///< data: a part of the body, within the input
  std::uint16_t status = 0; ///< rejected: 400 or 413; the connection must be closed
  std::string_view reason;  ///< rejected: a constant text
};

class chunk_gate {
public:
  chunk_gate() noexcept = default;

  explicit chunk_gate(const chunk_limits& limits) noexcept : limits_(limits) {}

  /// Takes the next bytes of the body: those not consumed by the calls before. `need_more` consumes
  /// all of the input. `complete` comes once; the bytes behind it belong to the next request.
  chunk_step next(std::string_view input) noexcept;

  /// The sum of the chunk sizes read so far, never over the limit.
  std::uint64_t body_bytes() const noexcept { return body_bytes_; }

  /// Makes ready for the next body.
  void reset() noexcept { *this = chunk_gate{limits_}; }

private:
  enum class expected : std::uint8_t {
    size,
    extension,
    size_lf,
    data,
    data_cr,
    data_lf,
    end_cr,
    end_lf,
    nothing,
    failed,
  };

  bool take_size_byte(char byte) noexcept;
  bool take_extension_byte(char byte) noexcept;
  bool take_size_end() noexcept;
  bool take_framing_byte(char byte) noexcept;
  bool take_exactly(char byte, char wanted, expected then, std::string_view reason) noexcept;
  bool fail(std::uint16_t status, std::string_view reason) noexcept;

  chunk_limits limits_;
  std::uint64_t body_bytes_ = 0;
  std::uint64_t chunk_left_ = 0;
  std::uint32_t extension_bytes_ = 0;
  std::uint8_t size_digits_ = 0;
  expected expected_ = expected::size;
  std::uint16_t status_ = 0;
  std::string_view reason_;
};

} // namespace troupe::protocol
