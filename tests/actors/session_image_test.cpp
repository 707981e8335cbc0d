// A session as a value: over the wire, and into a session and out again.

#define CAF_SUITE session_image

#include "troupe/actors/session_image.hpp"

#include <random>
#include <string>
#include <vector>

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/test/dsl.hpp>

#include "troupe/actors/capability_bits.hpp"

using namespace troupe;

namespace {

std::string any_text(std::mt19937& random) {
  std::string text(random() % 40, '\0');
  for (auto& each : text)
    each = static_cast<char>(random() % 256);
  return text;
}

session_image any_image(std::mt19937& random) {
  session_image image;
  for (auto* text : {&image.id, &image.revision, &image.client_name, &image.client_version})
    *text = any_text(random);
  image.capabilities = random() % 256;
  image.ready = random() % 2 == 0;
  image.log_level = static_cast<std::uint8_t>(random() % 8);
  for (auto n = random() % 5; n > 0; --n)
    image.subscriptions.push_back(any_text(random));
  for (auto n = random() % 5; n > 0; --n)
    image.streams.push_back({random(), random(), random()});
  for (auto n = random() % 9; n > 0; --n)
    image.events.push_back({random(), random(), random(), any_text(random)});
  for (auto* number : {&image.last_evicted, &image.sequence, &image.last_post_stream,
                       &image.last_standalone_stream, &image.idle_ms, &image.age_ms})
    *number = random();
  image.next_question = static_cast<std::int64_t>(random());
  return image;
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(session_image_tests, test_coordinator_fixture<>)

CAF_TEST(every_image_comes_over_the_wire_as_it_was) {
  std::mt19937 random{1}; // NOLINT(cert-msc51-cpp): the same in each run
  for (int i = 0; i < 300; ++i) {
    const auto image = any_image(random);
    auto copy = image;
    std::vector<char> bytes;
    caf::binary_serializer sink{sys, bytes};
    CAF_REQUIRE(!sink(copy));
    session_image arrived;
    caf::binary_deserializer source{sys, bytes};
    CAF_REQUIRE(!source(arrived));
    CAF_CHECK(arrived == image);
    // What is charged for it is near what it takes.
    CAF_CHECK(bytes.size() <= bytes_of(image) + 200);
  }
}

CAF_TEST(each_capability_has_a_bit_of_its_own) {
  for (std::uint32_t bits = 0; bits < 256; ++bits)
    CAF_CHECK_EQUAL(capability_bits(capabilities_from(bits)), bits);
  protocol::client_capabilities only;
  only.elicitation_url = true;
  CAF_CHECK(capabilities_from(capability_bits(only)) == only);
}

CAF_TEST_FIXTURE_SCOPE_END()
