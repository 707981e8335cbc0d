#include "troupe/protocol/revision.hpp"

#define CAF_SUITE revision
#include "caf/test/unit_test.hpp"

#include <string>

using namespace troupe::protocol;

CAF_TEST(texts_go_both_ways) {
  for (const auto r : all_revisions)
    CAF_CHECK(revision_from(to_string(r)) == r);
  for (const auto* text :
       {"", "2025-11-2", "2025-11-25 ", "v999.0.0", "DRAFT-2026-v1", "2099-01-01"}) {
    CAF_MESSAGE(text);
    CAF_CHECK(!revision_from(text));
  }
}

CAF_TEST(a_handshake_echoes_a_legacy_revision_and_never_answers_the_modern_one) {
  for (const auto* text : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"})
    CAF_CHECK_EQUAL(to_string(negotiate(text)), text);
  for (const auto* text : {"", "2026-07-28", "1999-01-01", "latest"})
    CAF_CHECK_EQUAL(to_string(negotiate(text)), "2025-11-25");
}

CAF_TEST(each_feature_belongs_to_its_revisions) {
  struct row {
    const char* feature;
    bool (*has)(revision) noexcept;
    /// One digit for each revision, in order of time.
    const char* expected;
  };
  for (const auto& [feature, has, expected] : {
           row{"batches", has_batches, "01000"},
           {"audio", has_audio, "01111"},
           {"tool annotations", has_tool_annotations, "01111"},
           {"completions capability", has_completions_capability, "01111"},
           {"progress message", has_progress_message, "01111"},
           {"version header", requires_version_header, "00111"},
           {"structured content", has_structured_content, "00111"},
           {"output schema", has_output_schema, "00111"},
           {"resource links", has_resource_links, "00111"},
           {"titles", has_titles, "00111"},
           {"_meta everywhere", has_meta_everywhere, "00111"},
           {"last modified", has_last_modified, "00111"},
           {"elicitation", has_elicitation, "00111"},
           {"completion context", has_completion_context, "00111"},
           {"icons", has_icons, "00011"},
           {"implementation details", has_implementation_details, "00011"},
           {"URL elicitation", has_url_elicitation, "00011"},
           {"sampling tools", has_sampling_tools, "00011"},
           {"priming event", has_priming_event, "00010"},
           {"core tasks", has_core_tasks, "00010"},
           {"sessions", has_sessions, "11110"},
           {"server requests", has_server_requests, "11110"},
           {"modern", is_modern, "00001"},
           {"any structured content", has_any_structured_content, "00001"},
       }) {
    std::string found;
    for (const auto r : all_revisions)
      found += has(r) ? '1' : '0';
    CAF_MESSAGE(feature);
    CAF_CHECK_EQUAL(found, expected);
  }
}
