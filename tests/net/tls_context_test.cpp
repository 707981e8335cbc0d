// The files of TLS: what is wrong with them is said so that a person can mend it.

#define CAF_SUITE tls_context

#include "caf/test/unit_test.hpp"

#include <sys/stat.h>

#include "tests/net/tls_fixture.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

struct fixture {
  fixture() {
    options.certificate_file = folder.write("server.pem", own.certificate_pem());
    options.key_file = folder.write("server.key", own.key_pem());
    chmod(options.key_file.c_str(), 0600);
  }

  void check_problem(std::string_view setting, std::string_view file, std::string_view part) const {
    const auto loaded = net::tls_context::load(options);
    const auto* const problem = std::get_if<net::tls_problem>(&loaded);
    CAF_REQUIRE(problem);
    CAF_CHECK_EQUAL(problem->setting, setting);
    CAF_CHECK(problem->reason.starts_with(file));
    if (!contains(problem->reason, part))
      CAF_ERROR("not said: " << std::string{part} << " in " << problem->reason);
  }
  net::tls_context_ptr load() const {
    auto loaded = net::tls_context::load(options);
    if (const auto* const problem = std::get_if<net::tls_problem>(&loaded))
      CAF_FAIL(problem->reason);
    return std::get<net::tls_context_ptr>(loaded);
  }

  temporary_folder folder;
  identity own{"localhost"};
  net::tls_options options;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(tls_context_tests, fixture)

CAF_TEST(good_files_give_no_warning) {
  const auto made = load();
  CAF_CHECK(made->warnings().empty());
  CAF_CHECK(made->about().starts_with("CN=localhost, valid until "));
}

CAF_TEST(files_that_are_not_there_are_named) {
  options.certificate_file = folder.at("no.pem");
  check_problem("tls.certificate_file", options.certificate_file, "No such file");
  options.certificate_file = folder.path();
  check_problem("tls.certificate_file", options.certificate_file, "is no file");
  options.certificate_file = folder.at("server.pem");
  options.key_file = folder.at("no.key");
  check_problem("tls.key_file", options.key_file, "No such file");
}

CAF_TEST(files_that_hold_something_else_are_refused) {
  folder.write("server.pem", own.key_pem());
  check_problem("tls.certificate_file", options.certificate_file, "there is no certificate in it");
  folder.write("server.pem", "");
  check_problem("tls.certificate_file", options.certificate_file, "there is no certificate in it");
  folder.write("server.pem", std::string(2'000'000, 'x'));
  check_problem("tls.certificate_file", options.certificate_file, "larger than 1 MiB");
  auto broken = own.certificate_pem();
  broken[200] = '!';
  folder.write("server.pem", own.certificate_pem() + broken);
  check_problem("tls.certificate_file", options.certificate_file, "certificate 2 is broken");
  folder.write("server.pem", own.certificate_pem());
  folder.write("server.key", own.certificate_pem());
  check_problem("tls.key_file", options.key_file, "there is no usable private key in it");
}

CAF_TEST(a_key_of_another_certificate_is_refused) {
  folder.write("server.key", identity{"localhost"}.key_pem());
  check_problem("tls.key_file", options.key_file,
                "does not belong to the first certificate in " + options.certificate_file);
}

CAF_TEST(a_key_with_a_pass_phrase_is_refused) {
  folder.write("server.key", own.key_pem("open"));
  check_problem("tls.key_file", options.key_file, "has a pass phrase");
}

CAF_TEST(authorities_of_clients_are_read_only_when_clients_are_asked) {
  options.client_ca_file = folder.at("no.pem");
  load();
  options.clients = net::client_certificates::optional;
  check_problem("tls.client_ca_file", options.client_ca_file, "No such file");
  folder.write("no.pem", "nothing");
  check_problem("tls.client_ca_file", options.client_ca_file, "there is no certificate in it");
}

CAF_TEST(what_works_but_should_not_stay_so_is_a_warning) {
  chmod(options.key_file.c_str(), 0640);
  CAF_REQUIRE_EQUAL(load()->warnings().size(), 1u);
  CAF_CHECK(contains(load()->warnings()[0], "chmod 600"));
  chmod(options.key_file.c_str(), 0600);
  const auto warning_for = [&](identity::validity when) {
    const identity other{"localhost", when};
    folder.write("server.pem", other.certificate_pem());
    folder.write("server.key", other.key_pem());
    const auto made = load();
    CAF_REQUIRE_EQUAL(made->warnings().size(), 1u);
    return made->warnings()[0];
  };
  CAF_CHECK(contains(warning_for({-20, -10}), "has expired"));
  CAF_CHECK(contains(warning_for({10, 20}), "valid only from"));
}

CAF_TEST_FIXTURE_SCOPE_END()
