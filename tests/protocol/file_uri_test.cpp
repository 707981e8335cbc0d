#include "troupe/protocol/file_uri.hpp"

#define CAF_SUITE file_uri
#include "caf/test/unit_test.hpp"

#include <stdexcept>

using namespace troupe::protocol;
using namespace std::string_literals;

CAF_TEST(a_file_uri_means_a_path) {
  struct row {
    const char* uri;
    const char* path;
  };
  for (const auto& [uri, path] : {
           row{"file:///", "/"},
           {"file:///a", "/a"},
           {"FILE:///a/b.txt", "/a/b.txt"},
           {"file://localhost/a", "/a"},
           {"file://LocalHost/a", "/a"},
           {"file:///a/", "/a"},
           {"file:///a%20b", "/a b"},
           {"file:///%C3%A9", "/\xC3\xA9"},
           {"file:///%252e%252e", "/%2e%2e"},
           {"file:///...", "/..."},
           {"file:///.hidden/..x", "/.hidden/..x"},
           {"file:///a:b", "/a:b"},
       }) {
    CAF_MESSAGE(uri);
    const auto found = path_from_file_uri(uri);
    CAF_REQUIRE(found.has_value());
    CAF_CHECK_EQUAL(*found, path);
  }
}

CAF_TEST(what_could_lead_elsewhere_is_refused) {
  using enum file_uri_error;
  struct row {
    std::string uri;
    file_uri_error error;
  };
  const row table[] = {
      {"", not_a_file_uri},
      {"/etc/passwd", not_a_file_uri},
      {"http://a/b", not_a_file_uri},
      {"file:/a", not_a_file_uri},
      {"file:a", not_a_file_uri},
      {"file://", not_a_file_uri},
      {"file://host", not_a_file_uri},
      {"file://host/a", foreign_host},
      {"file://../etc", foreign_host},
      {"file:///a?b", has_query},
      {"file:///a#b", has_query},
      {"file:///a%", bad_encoding},
      {"file:///a%4", bad_encoding},
      {"file:///a%g0", bad_encoding},
      {"file:///%FF", bad_encoding},
      {"file:///%C0%AE%C0%AE/", bad_encoding},
      {"file:///a%00.txt", forbidden_byte},
      {"file:///a\0b"s, forbidden_byte},
      {"file:///a%0Ab", forbidden_byte},
      {"file:///a\\b", forbidden_byte},
      {"file:///..%5Cb", forbidden_byte},
      {"file:///a%2Fb", encoded_slash},
      {"file:///..%2fb", encoded_slash},
      {"file:///..", dot_segment},
      {"file:///a/../b", dot_segment},
      {"file:///a/..", dot_segment},
      {"file:///a/./b", dot_segment},
      {"file:///%2e%2E/a", dot_segment},
      {"file:///.%2e/a", dot_segment},
      {"file:///../", dot_segment},
      {"file:////a", empty_segment},
      {"file:///a//b", empty_segment},
      {"file:///a//", empty_segment},
      {"file:///" + std::string(max_file_path_size, 'x'), too_long},
      {"file:///" + std::string(1'000'000, 'x'), too_long},
  };
  for (const auto& [uri, error] : table) {
    CAF_MESSAGE(uri.substr(0, 60));
    const auto found = path_from_file_uri(uri);
    CAF_REQUIRE(found.has_error());
    CAF_CHECK_EQUAL(to_string(found.error()), to_string(error));
  }
}

CAF_TEST(a_path_below_a_directory_is_relative_to_it) {
  struct row {
    const char* root;
    const char* uri;
    /// Null: outside.
    const char* path;
  };
  for (const auto& [root, uri, path] : {
           row{"/srv", "file:///srv/a/b", "a/b"},
           {"/srv/", "file:///srv/a", "a"},
           {"/srv", "file:///srv", ""},
           {"/srv", "file:///srv/", ""},
           {"/", "file:///a", "a"},
           {"/", "file:///", ""},
           {"/srv", "file:///srv2/a", nullptr},
           {"/srv", "file:///a", nullptr},
           {"/srv", "file:///", nullptr},
           {"/srv", "file:///SRV/a", nullptr},
           {"/srv", "file:///srv/../etc/passwd", nullptr},
       }) {
    CAF_MESSAGE(uri);
    const auto found = path_below(root, uri);
    CAF_CHECK_EQUAL(found.has_value(), path != nullptr);
    if (path != nullptr)
      CAF_CHECK_EQUAL(*found, path);
  }
}

CAF_TEST(a_path_and_its_uri_go_both_ways) {
  for (const auto& path : {"/"s, "/a/b"s, "/a b/\xC3\xA9/?#%.txt"s, "/~x-_/!$&'()*+,;=:@"s}) {
    CAF_MESSAGE(path);
    CAF_CHECK_EQUAL(path_from_file_uri(file_uri_from_path(path)).value(), path);
  }
  CAF_CHECK_EQUAL(file_uri_from_path("/a b"), "file:///a%20b");
}
