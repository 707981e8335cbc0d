// The revisions of the MCP specification, and what each of them may carry on the wire.
// Everything that depends on a revision asks a predicate here, so that the next revision is one
// column in one file. Flow: initialize.hpp negotiates one per session; every writer of a result
// takes it as a parameter.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace troupe::protocol {

/// In order of time, so `<` means "older than".
enum class revision : std::uint8_t {
  r2024_11_05,
  r2025_03_26,
  r2025_06_18,
  r2025_11_25,
  r2026_07_28
};

inline constexpr std::array all_revisions = {revision::r2024_11_05, revision::r2025_03_26,
                                             revision::r2025_06_18, revision::r2025_11_25,
                                             revision::r2026_07_28};

/// What `initialize` answers to a client that asks for something else (lifecycle, "Version
/// Negotiation").
inline constexpr revision latest_legacy_revision = revision::r2025_11_25;

/// What a request without `MCP-Protocol-Version` and without other knowledge means (transports).
inline constexpr revision assumed_revision = revision::r2025_03_26;

/// The text on the wire, e.g. "2025-11-25".
std::string_view to_string(revision r) noexcept;

std::optional<revision> revision_from(std::string_view text) noexcept;

/// The answer of a legacy handshake: what was asked for when it is a legacy revision, else the
/// latest legacy one.
revision negotiate(std::string_view requested) noexcept;

/// Stateless, without handshake and sessions.
constexpr bool is_modern(revision r) noexcept {
  return r >= revision::r2026_07_28;
}

/// Whether `text` is the name of a modern revision.
bool names_modern_revision(std::string_view text) noexcept;

constexpr bool has_batches(revision r) noexcept {
  return r == revision::r2025_03_26;
}

// since 2025-03-26
constexpr bool has_audio(revision r) noexcept {
  return r >= revision::r2025_03_26;
}
constexpr bool has_tool_annotations(revision r) noexcept {
  return r >= revision::r2025_03_26;
}
constexpr bool has_completions_capability(revision r) noexcept {
  return r >= revision::r2025_03_26;
}
constexpr bool has_progress_message(revision r) noexcept {
  return r >= revision::r2025_03_26;
}

// since 2025-06-18
constexpr bool requires_version_header(revision r) noexcept {
  return r >= revision::r2025_06_18;
}
constexpr bool has_structured_content(revision r) noexcept {
  return r >= revision::r2025_06_18;
}
constexpr bool has_output_schema(revision r) noexcept {
  return r >= revision::r2025_06_18;
}
constexpr bool has_resource_links(revision r) noexcept {
  return r >= revision::r2025_06_18;
}
constexpr bool has_titles(revision r) noexcept {
  return r >= revision::r2025_06_18;
}
constexpr bool has_meta_everywhere(revision r) noexcept {
  return r >= revision::r2025_06_18;
}
constexpr bool has_last_modified(revision r) noexcept {
  return r >= revision::r2025_06_18;
}
constexpr bool has_elicitation(revision r) noexcept {
  return r >= revision::r2025_06_18;
}
constexpr bool has_completion_context(revision r) noexcept {
  return r >= revision::r2025_06_18;
}

// since 2025-11-25
constexpr bool has_icons(revision r) noexcept {
  return r >= revision::r2025_11_25;
}
constexpr bool has_implementation_details(revision r) noexcept {
  return r >= revision::r2025_11_25;
}
constexpr bool has_url_elicitation(revision r) noexcept {
  return r >= revision::r2025_11_25;
}
constexpr bool has_sampling_tools(revision r) noexcept {
  return r >= revision::r2025_11_25;
}

/// A stream of the legacy era starts with an event that has an id and empty data, and may be
/// polled.
constexpr bool has_priming_event(revision r) noexcept {
  return r == revision::r2025_11_25;
}

/// The `tasks` capability and `execution.taskSupport` of the core protocol; later revisions have an
/// extension.
constexpr bool has_core_tasks(revision r) noexcept {
  return r == revision::r2025_11_25;
}

// until 2026-07-28
constexpr bool has_sessions(revision r) noexcept {
  return !is_modern(r);
}

/// Requests from the server to the client; later revisions answer "input required" instead.
constexpr bool has_server_requests(revision r) noexcept {
  return !is_modern(r);
}

/// `structuredContent` may be any JSON value; before, only an object.
constexpr bool has_any_structured_content(revision r) noexcept {
  return is_modern(r);
}

} // namespace troupe::protocol
