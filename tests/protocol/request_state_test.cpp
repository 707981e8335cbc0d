#include "troupe/protocol/request_state.hpp"

#define CAF_SUITE request_state
#include "caf/test/unit_test.hpp"

#include <iostream>
#include <limits>
#include <random>

using namespace troupe::protocol;

namespace {

constexpr std::int64_t now = 1'800'000'000;
constexpr std::int64_t later = now + 600;

request_binding make_binding() {
  return {"tools/call", "deploy", digest_arguments({{"host", "a"}, {"count", 1}}), ""};
}

bool refused(const boost::system::result<std::string, state_problem>& result,
             state_problem problem) {
  return result.has_error() && result.error() == problem;
}

std::string random_payload(std::size_t seed, std::size_t size) {
  std::mt19937_64 random(seed);
  std::string payload(size, '\0');
  for (auto& byte : payload)
    byte = static_cast<char>(static_cast<unsigned char>(random() & 0xFF));
  return payload;
}

// Counts what was tried, and what of it was opened although it should not.
class attack {
public:
  attack(const key_ring& ring, const request_binding& binding) : ring_(ring), binding_(binding) {}

  void present(const std::string& text) {
    ++tried_;
    opened_ += open_request_state(ring_, binding_, now, text).has_value() ? 1U : 0U;
  }

  void flip_every_bit(std::string text) {
    for (auto& byte : text)
      for (unsigned bit = 0; bit < 8; ++bit) {
        const char before = byte;
        byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << bit));
        present(text);
        byte = before;
      }
  }

  std::size_t tried() const { return tried_; }
  std::size_t opened() const { return opened_; }

private:
  const key_ring& ring_;
  const request_binding& binding_;
  std::size_t tried_ = 0;
  std::size_t opened_ = 0;
};

const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// 1,000 states: most are short, so that every bit of every character can be tried.
std::vector<std::string> seal_thousand(const key_ring& ring, const request_binding& binding) {
  std::vector<std::string> states;
  for (std::size_t i = 0; i < 1000; ++i)
    states.push_back(
        seal_request_state(ring, binding, later, random_payload(i, i % 100 == 99 ? 1000 : i % 48)));
  return states;
}

} // namespace

CAF_TEST(a_state_opens_for_its_own_request_until_it_expires) {
  const auto ring = key_ring::make_random();
  for (const std::size_t size : {0U, 1U, 100U, 10'000U}) {
    const auto payload = random_payload(size, size);
    const auto text = seal_request_state(*ring, make_binding(), later, payload);
    CAF_CHECK(open_request_state(*ring, make_binding(), now, text).value() == payload);
    CAF_CHECK(open_request_state(*ring, make_binding(), later - 1, text).value() == payload);
    CAF_CHECK(
        refused(open_request_state(*ring, make_binding(), later, text), state_problem::expired));
    CAF_CHECK(refused(
        open_request_state(*ring, make_binding(), std::numeric_limits<std::int64_t>::max(), text),
        state_problem::expired));
  }
}

CAF_TEST(every_bit_flip_of_a_thousand_states_is_refused) {
  const auto ring = key_ring::make_random();
  const auto binding = make_binding();
  attack flips(*ring, binding);
  for (const auto& text : seal_thousand(*ring, binding)) {
    CAF_REQUIRE(open_request_state(*ring, binding, now, text).has_value());
    flips.flip_every_bit(text);
  }
  std::cout << flips.tried() << " single-bit flips of 1000 states presented, " << flips.opened()
            << " opened\n";
  CAF_CHECK_EQUAL(flips.opened(), 0u);
}

CAF_TEST(every_truncation_of_a_thousand_states_is_refused) {
  const auto ring = key_ring::make_random();
  const auto binding = make_binding();
  attack cuts(*ring, binding);
  for (const auto& text : seal_thousand(*ring, binding))
    for (std::size_t size = 0; size < text.size(); ++size) {
      cuts.present(text.substr(0, size));
      cuts.present(text.substr(text.size() - size));
    }
  std::cout << cuts.tried() << " truncations of 1000 states presented, " << cuts.opened()
            << " opened\n";
  CAF_CHECK_EQUAL(cuts.opened(), 0u);
}

CAF_TEST(every_extension_of_a_thousand_states_is_refused) {
  const auto ring = key_ring::make_random();
  const auto binding = make_binding();
  attack extensions(*ring, binding);
  for (const auto& text : seal_thousand(*ring, binding)) {
    for (const char c : alphabet) {
      extensions.present(text + c);
      extensions.present(c + text);
    }
    for (const auto* tail :
         {"-TAMPERED", "=", "==", " ", "\n", "AA", "AAA", "AAAA", ".", "\xC3\xA9"})
      extensions.present(text + tail);
    extensions.present(text + std::string(1, '\0'));
    extensions.present(" " + text);
    extensions.present(text + text);
  }
  std::cout << extensions.tried() << " extensions of 1000 states presented, " << extensions.opened()
            << " opened\n";
  CAF_CHECK_EQUAL(extensions.opened(), 0u);
}

CAF_TEST(the_last_character_has_one_spelling) {
  const auto ring = key_ring::make_random();
  const auto binding = make_binding();
  for (std::size_t size = 0; size < 6; ++size) { // every remainder of the Base64 groups
    auto text = seal_request_state(*ring, binding, later, std::string(size, 'x'));
    const char last = text.back();
    for (const char c : alphabet) {
      text.back() = c;
      CAF_CHECK_EQUAL(open_request_state(*ring, binding, now, text).has_value(), c == last);
    }
  }
}

CAF_TEST(a_state_presented_elsewhere_is_refused) {
  const auto ring = key_ring::make_random();
  auto binding = make_binding();
  binding.principal = "alice";
  const auto text = seal_request_state(*ring, binding, later, "state");
  const auto refused_for = [&](auto change) {
    auto other = binding;
    change(other);
    return refused(open_request_state(*ring, other, now, text), state_problem::forged);
  };
  CAF_CHECK(refused_for([](auto& b) { b.method = "prompts/get"; }));
  CAF_CHECK(refused_for([](auto& b) { b.name = "destroy"; }));
  CAF_CHECK(refused_for([](auto& b) { b.principal = "bob"; }));
  CAF_CHECK(refused_for([](auto& b) { b.principal = ""; }));
  CAF_CHECK(refused_for([](auto& b) {
    b.arguments = digest_arguments({{"host", "b"}, {"count", 1}});
  }));
  CAF_CHECK(refused_for([](auto& b) { b.arguments = digest_arguments({}); }));
  // the same characters, divided otherwise
  CAF_CHECK(refused_for([](auto& b) { b.method = "tools/calld", b.name = "eploy"; }));
  CAF_CHECK(refused_for([](auto& b) { b.name = "deployalice", b.principal = ""; }));
}

CAF_TEST(the_order_of_the_arguments_members_does_not_count) {
  const auto ring = key_ring::make_random();
  auto binding = make_binding();
  const auto text = seal_request_state(*ring, binding, later, "state");
  binding.arguments = digest_arguments({{"count", 1.0}, {"host", "a"}});
  CAF_CHECK(open_request_state(*ring, binding, now, text).has_value());
}

CAF_TEST(rotation_refuses_nothing_still_valid_and_what_a_removed_key_sealed) {
  const std::string hex[] = {std::string(63, 'a') + "1", std::string(63, 'a') + "2",
                             std::string(63, 'a') + "3"};
  const key_entry first[] = {{"k1", hex[0]}};
  const key_entry second[] = {{"k2", hex[1]}, {"k1", hex[0]}};
  const key_entry third[] = {{"k3", hex[2]}, {"k2", hex[1]}};
  const auto binding = make_binding();
  std::vector<std::string> states[3];
  std::shared_ptr<const key_ring> rings[] = {
      key_ring::make(first).value(), key_ring::make(second).value(), key_ring::make(third).value()};
  for (std::size_t ring = 0; ring < 3; ++ring)
    states[ring] = seal_thousand(*rings[ring], binding);
  const auto opened = [&](std::size_t ring, std::size_t sealed_by) {
    std::size_t count = 0;
    for (const auto& text : states[sealed_by])
      count += open_request_state(*rings[ring], binding, now, text).has_value() ? 1U : 0U;
    return count;
  };
  for (std::size_t ring = 0; ring < 3; ++ring)
    CAF_CHECK_EQUAL(opened(ring, ring), 1000u);
  CAF_CHECK_EQUAL(opened(1, 0), 1000u);
  CAF_CHECK_EQUAL(opened(2, 1), 1000u);
  CAF_CHECK_EQUAL(opened(2, 0), 0u);
  CAF_CHECK_EQUAL(opened(0, 1), 0u);
  CAF_CHECK(refused(open_request_state(*rings[2], binding, now, states[0][0]),
                    state_problem::unknown_key));
}

CAF_TEST(a_client_learns_nothing_about_the_reason) {
  const auto error = make_invalid_request_state();
  CAF_CHECK_EQUAL(error.code, error_code::invalid_params);
  CAF_CHECK(error.message.find("invalid or expired requestState") != std::string::npos);
}

CAF_TEST(the_runtimes_payload_comes_back_and_no_part_of_it_does) {
  const mrtr_state state{
      3,
      std::string("own \0 state", 11),
      {{"user_name", "elicitation/create", R"({"type":"object"})"}, {"", "roots/list", ""}}};
  const auto payload = encode_mrtr_state(state);
  CAF_CHECK(decode_mrtr_state(payload) == state);
  CAF_CHECK(decode_mrtr_state(encode_mrtr_state({})) == mrtr_state{});
  for (std::size_t size = 0; size < payload.size(); ++size)
    CAF_CHECK(!decode_mrtr_state(payload.substr(0, size)));
  CAF_CHECK(!decode_mrtr_state(payload + '\0'));
  CAF_CHECK(!decode_mrtr_state("\x02" + payload.substr(1)));
}
