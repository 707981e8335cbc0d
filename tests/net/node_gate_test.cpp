// Who gets through the gate between nodes, and what everybody else is told: nothing.

#define CAF_SUITE node_gate

#include "caf/test/unit_test.hpp"

#include <optional>

#include "tests/net/node_gate_fixture.hpp"
#include "tests/net/tls_fixture.hpp"

using namespace troupe;
using namespace troupe::test;
using protocol::admission;
using protocol::node_proof;
using role = node_proof::role;
using state = node_proof::state;

namespace {

constexpr std::size_t greeting_size = 37;
constexpr auto wrong_secret =
    "it does not know the secret of this cluster, or is of a cluster with another name";
constexpr auto closed = "it closed the connection";

const protocol::node_description other_node{7, "other", "10.0.0.7", 7400};

node_proof dialler(const protocol::cluster_key& key = right_key,
                   protocol::node_description self = other_node) {
  return {role::dialler, key, std::move(self), {}};
}

/// What a dialler with the right secret sends, given the greeting of the acceptor.
std::pair<std::string, std::string> dialler_bytes(stranger& over) {
  auto proof = dialler();
  const auto greeting = proof.take_output();
  over.send(greeting);
  auto answer = over.receive(greeting_size);
  proof.take(answer);
  return {greeting, proof.take_output()};
}

bool is_connected(const net::node_socket& one, const net::node_socket& other) {
  char byte = 'x';
  return ::send(one.handle(), &byte, 1, MSG_NOSIGNAL) == 1 &&
         ::recv(other.handle(), &byte, 1, MSG_WAITALL) == 1;
}

/// TLS for nodes, all certificates from `authority`.
net::tls_context_ptr tls_of(const temporary_folder& folder, const identity& authority,
                            const std::string& name) {
  const identity own{name, &authority};
  net::tls_options options;
  options.certificate_file = folder.write(name + ".pem", own.certificate_pem());
  options.key_file = folder.write(name + ".key", own.key_pem());
  options.client_ca_file = folder.write(name + ".ca", authority.certificate_pem());
  options.clients = net::client_certificates::required;
  options.min_version = net::tls_version::tls_1_3;
  ::chmod(options.key_file.c_str(), 0600);
  auto loaded = net::tls_context::load(options);
  if (const auto* problem = std::get_if<net::tls_problem>(&loaded))
    CAF_FAIL(problem->reason);
  return std::get<net::tls_context_ptr>(loaded);
}

} // namespace

// -- nodes ------------------------------------------------------------------------------------------------

CAF_TEST(two_nodes_of_a_cluster_are_given_each_others_end_of_a_connection) {
  running_gate one{gate_options(1)};
  running_gate other{gate_options(2)};
  one.gate.dial(other.address());
  const auto ours = one.passed.next();
  const auto theirs = other.passed.next();
  CAF_CHECK(ours.other() == other.gate.self());
  CAF_CHECK(theirs.other() == one.gate.self());
  CAF_CHECK(ours.dialled() == other.address());
  CAF_CHECK(!theirs.dialled());
  CAF_CHECK(is_connected(ours, theirs));
}

CAF_TEST(a_name_stands_for_each_of_its_addresses) {
  running_gate one{gate_options(1)};
  running_gate other{gate_options(2)};
  one.gate.dial({"localhost", other.gate.port()});
  CAF_CHECK(one.passed.next().dialled() == other.address());
}

CAF_TEST(where_a_node_came_from_is_its_address_if_it_says_none) {
  running_gate one{gate_options(1)};
  auto proof = dialler(right_key, {7, "other", "", 7400});
  stranger over{one};
  prove(proof, over);
  CAF_CHECK(proof.now() == state::done);
  const auto came = one.passed.next();
  CAF_CHECK_EQUAL(came.other().host, "127.0.0.1");
}

CAF_TEST(a_node_is_connected_once_until_it_is_forgotten) {
  running_gate one{gate_options(1)};
  running_gate other{gate_options(2)};
  one.gate.dial(other.address());
  std::optional<net::node_socket> held{other.passed.next()};
  one.passed.next();
  one.gate.dial(other.address());
  const auto again = one.not_reached.next();
  CAF_CHECK_EQUAL(again.why, "connected already");
  CAF_CHECK_EQUAL(again.known, 2u);
  one.gate.forget(2);
  other.gate.forget(1);
  one.gate.dial(other.address());
  one.passed.next();
  other.passed.next();
  CAF_CHECK_EQUAL(other.refused.waiting(), 0u);
}

CAF_TEST(a_node_that_dials_itself_learns_it) {
  running_gate one{gate_options(1)};
  one.gate.dial(one.address());
  const auto found = one.not_reached.next();
  CAF_CHECK_EQUAL(found.why, "the same node");
  CAF_CHECK_EQUAL(found.known, 1u);
}

CAF_TEST(of_two_that_dial_each_other_the_one_with_the_smaller_number_goes_on) {
  boost::asio::io_context loop;
  boost::asio::ip::tcp::acceptor listening{loop, {loopback, 0}};
  const auto port = listening.local_endpoint().port();
  running_gate one{gate_options(1)};
  one.gate.dial({"127.0.0.1", port});
  stranger its_dial{listening}; // which is answered later
  auto proof = dialler(right_key, {7, "other", "127.0.0.1", port});
  stranger ours{one};
  prove(proof, ours);
  CAF_CHECK(proof.now() == state::done);
  CAF_CHECK(proof.verdict() == admission::crossing);
  CAF_CHECK_EQUAL(ours.receive_rest(), "");
  node_proof acceptor{role::acceptor, right_key, {7, "other", "127.0.0.1", port}, {}};
  prove(acceptor, its_dial);
  const auto came = one.passed.next();
  CAF_CHECK_EQUAL(came.other().number, 7u);
}

CAF_TEST(a_gate_that_is_closed_tells_nodes_so) {
  running_gate one{gate_options(1)};
  running_gate other{gate_options(2)};
  other.gate.close();
  one.gate.dial(other.address());
  const auto found = one.not_reached.next();
  CAF_CHECK_EQUAL(found.why, "shutting down");
  CAF_CHECK_EQUAL(found.known, 2u);
}

// -- strangers ----------------------------------------------------------------------------------------------

CAF_TEST(another_secret_and_a_cluster_of_another_name_are_refused) {
  running_gate one{gate_options(1)};
  for (const auto& key : {protocol::cluster_key{"another secret of these tests", "tests"},
                          protocol::cluster_key{"the secret of these tests", "others"}}) {
    running_gate other{gate_options(2, key)};
    other.gate.dial(one.address());
    const auto refused = one.refused.next();
    CAF_CHECK_EQUAL(refused.from, "127.0.0.1");
    CAF_CHECK_EQUAL(refused.why, wrong_secret);
    const auto failed = other.not_reached.next();
    CAF_CHECK_EQUAL(failed.why, closed);
    CAF_CHECK_EQUAL(failed.known, 0u);
    CAF_CHECK_EQUAL(other.passed.waiting(), 0u);
  }
  CAF_CHECK_EQUAL(one.passed.waiting(), 0u);
}

CAF_TEST(who_has_proven_nothing_is_sent_a_challenge_and_nothing_else) {
  running_gate one{gate_options(1)};
  auto proof = dialler(protocol::cluster_key{"another secret of these tests", "tests"});
  stranger over{one};
  over.send(proof.take_output());
  auto greeting = over.receive(greeting_size);
  proof.take(greeting);
  over.send(proof.take_output());
  CAF_CHECK_EQUAL(over.receive_rest(), "");
  const auto came = one.refused.next();
  CAF_CHECK_EQUAL(came.why, wrong_secret);
}

CAF_TEST(noise_is_refused_at_its_first_bytes) {
  running_gate one{gate_options(1)};
  const std::string basp_header = std::string(4, '\0') + std::string(32, '\xff');
  for (const std::string& noise : {std::string{"GET / HTTP/1.1\r\nHost: x\r\n\r\n"}, basp_header,
                                   std::string{"\x16\x03\x01"}, std::string{"TRPM"}}) {
    stranger over{one};
    over.send(noise);
    {
      const auto came = one.refused.next();
      CAF_CHECK_EQUAL(came.why, "what answers there is no node of a cluster");
    }
    CAF_CHECK(over.receive_rest().size() <= greeting_size);
  }
}

CAF_TEST(another_version_is_told_from_noise) {
  running_gate one{gate_options(1)};
  stranger over{one};
  over.send("TRPN\x02" + std::string(32, 'x'));
  CAF_CHECK(one.refused.next().why.starts_with("it speaks another version"));
}

CAF_TEST(a_description_without_end_is_refused_before_it_comes) {
  running_gate one{gate_options(1)};
  stranger over{one};
  over.send("TRPN\x01" + std::string(32, 'x') + std::string(4, '\xff'));
  const auto came = one.refused.next();
  CAF_CHECK_EQUAL(came.why, "it announced a description that is too long");
}

CAF_TEST(silence_is_cut_off_wherever_it_begins) {
  auto options = gate_options(1);
  options.patience = 150ms;
  running_gate one{options};
  const auto cut_off = [&](auto say) {
    const auto begun = std::chrono::steady_clock::now();
    stranger over{one};
    say(over);
    CAF_CHECK(over.receive_rest().size() <= greeting_size);
    CAF_CHECK(std::chrono::steady_clock::now() - begun >= 150ms);
    {
      const auto came = one.refused.next();
      CAF_CHECK_EQUAL(came.why, "it took too long");
    }
  };
  cut_off([](stranger&) {});
  cut_off([](stranger& over) { over.send("TRPN\x01half a nonce"); });
  cut_off([](stranger& over) {
    const auto [greeting, proof] = dialler_bytes(over);
    over.send(std::string_view{proof}.substr(0, proof.size() - 1));
  });
  CAF_CHECK_EQUAL(one.passed.waiting(), 0u);
}

CAF_TEST(a_stranger_that_leaves_is_told_apart_from_one_that_waits) {
  running_gate one{gate_options(1)};
  {
    stranger over{one};
    over.receive(greeting_size); // closing with unread bytes is a reset
    over.send("TRPN\x01");
  }
  const auto came = one.refused.next();
  CAF_CHECK_EQUAL(came.why, closed);
}

CAF_TEST(strangers_are_so_many_at_once_and_no_more) {
  auto options = gate_options(1);
  options.max_strangers = 2;
  options.patience = longest_wait;
  running_gate one{options};
  stranger first{one};
  stranger second{one};
  CAF_CHECK_EQUAL(first.receive(greeting_size).size(), greeting_size);
  CAF_CHECK_EQUAL(second.receive(greeting_size).size(), greeting_size);
  stranger third{one};
  CAF_CHECK_EQUAL(third.receive_rest(), "");
  {
    const auto came = one.refused.next();
    CAF_CHECK_EQUAL(came.why, "too many connections have not proven the secret yet");
  }
  first.close();
  {
    const auto came = one.refused.next();
    CAF_CHECK_EQUAL(came.why, closed);
  }
  // There is room again, and who has passed takes none.
  auto proof = dialler();
  stranger node{one};
  prove(proof, node);
  CAF_CHECK(proof.verdict() == admission::welcome);
  const auto held = one.passed.next();
  stranger fourth{one};
  CAF_CHECK_EQUAL(fourth.receive(greeting_size).size(), greeting_size);
}

CAF_TEST(a_recorded_proof_is_worth_nothing) {
  running_gate one{gate_options(1)};
  stranger honest{one};
  const auto [greeting, proof] = dialler_bytes(honest);
  honest.send(proof);
  const auto held = one.passed.next();
  one.gate.forget(other_node.number); // it would be known else
  stranger thief{one};
  thief.send(greeting + proof);
  CAF_CHECK_EQUAL(thief.receive_rest().size(), greeting_size);
  const auto came = one.refused.next();
  CAF_CHECK_EQUAL(came.why, wrong_secret);
  CAF_CHECK_EQUAL(one.passed.waiting(), 0u);
}

CAF_TEST(what_a_gate_says_is_not_taken_back_by_it) {
  running_gate one{gate_options(1)};
  stranger mirror{one};
  mirror.send(mirror.receive(greeting_size));
  const auto came = one.refused.next();
  CAF_CHECK_EQUAL(came.why, "it sent this node's own challenge back");
}

// -- dialling ---------------------------------------------------------------------------------------------

CAF_TEST(dialling_ends_with_a_reason) {
  running_gate one{gate_options(1)};
  boost::asio::io_context loop;
  net::node_address nobody{"127.0.0.1", 0};
  {
    boost::asio::ip::tcp::acceptor gone{loop, {loopback, 0}};
    nobody.port = gone.local_endpoint().port();
  }
  one.gate.dial(nobody);
  const auto failed = one.not_reached.next();
  CAF_CHECK(failed.where == nobody);
  CAF_CHECK_EQUAL(failed.why, "Connection refused");
  CAF_CHECK_EQUAL(failed.known, 0u);
}

CAF_TEST(who_is_dialled_and_says_nothing_is_given_up) {
  auto options = gate_options(1);
  options.patience = 150ms;
  running_gate one{options};
  boost::asio::io_context loop;
  boost::asio::ip::tcp::acceptor silent{loop, {loopback, 0}};
  one.gate.dial({"127.0.0.1", silent.local_endpoint().port()});
  const auto came = one.not_reached.next();
  CAF_CHECK_EQUAL(came.why, "it took too long");
}

CAF_TEST(who_is_dialled_must_prove_the_secret_too) {
  running_gate one{gate_options(1)};
  boost::asio::io_context loop;
  boost::asio::ip::tcp::acceptor false_node{loop, {loopback, 0}};
  one.gate.dial({"127.0.0.1", false_node.local_endpoint().port()});
  stranger over{false_node};
  over.send("TRPN\x01" + std::string(32, 'x'));
  over.receive(greeting_size);
  const std::string welcome(1, '\0');
  const auto said = protocol::encode(other_node);
  const std::string size{'\0', '\0', '\0', static_cast<char>(said.size())};
  over.send(welcome + size + said + std::string(32, 'x'));
  const auto came = one.not_reached.next();
  CAF_CHECK_EQUAL(came.why, wrong_secret);
  CAF_CHECK_EQUAL(one.passed.waiting(), 0u);
}

CAF_TEST(a_gate_that_ends_closes_what_has_not_passed) {
  std::optional<running_gate> one{std::in_place, gate_options(1)};
  stranger over{*one};
  CAF_CHECK_EQUAL(over.receive(greeting_size).size(), greeting_size);
  one.reset();
  CAF_CHECK_EQUAL(over.receive_rest(), "");
}

// -- TLS --------------------------------------------------------------------------------------------------

CAF_TEST(with_tls_a_node_needs_a_certificate_of_the_authority) {
  const temporary_folder folder;
  const identity authority{"authority"};
  const identity elsewhere{"elsewhere"};
  const auto with = [&](protocol::node_number number, const identity& issuer) {
    auto options = gate_options(number);
    options.tls = tls_of(folder, issuer, "node-" + std::to_string(number));
    return options;
  };
  running_gate one{with(1, authority)};
  running_gate other{with(2, authority)};
  one.gate.dial(other.address());
  auto ours = one.passed.next();
  auto theirs = other.passed.next();
  CAF_CHECK(ours.take_tls() != nullptr);
  CAF_CHECK(theirs.take_tls() != nullptr);

  running_gate foreign{with(3, elsewhere)};
  foreign.gate.dial(one.address());
  CAF_CHECK(foreign.not_reached.next().why.starts_with("TLS: "));
  running_gate plain{gate_options(4)};
  plain.gate.dial(one.address());
  plain.not_reached.next();
  CAF_CHECK_EQUAL(one.passed.waiting(), 0u);
}
