#include "troupe/supervision/cluster/cluster_checks.hpp"

#include <arpa/inet.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <optional>
#include <utility>

#include <boost/asio/ip/address.hpp>
#include <openssl/crypto.h>

namespace troupe::supervision {

namespace {

namespace ip = boost::asio::ip;

constexpr std::size_t max_secret_bytes = 1024;
constexpr std::string_view blank = " \t\r\n";

/// Who can reach an address.
enum class reach : std::uint8_t { this_machine, private_network, everybody };

bool is_in(const ip::address_v4& address, std::uint32_t network, unsigned bits) {
  return (address.to_uint() ^ network) >> (32 - bits) == 0;
}

reach reach_of(const ip::address& address) {
  if (address.is_loopback())
    return reach::this_machine;
  if (address.is_unspecified())
    return reach::everybody;
  if (address.is_v4()) {
    const auto v4 = address.to_v4();
    const bool is_private = is_in(v4, 0x0A000000, 8) || is_in(v4, 0xAC100000, 12) ||
                            is_in(v4, 0xC0A80000, 16) || is_in(v4, 0xA9FE0000, 16) ||
                            is_in(v4, 0x64400000, 10);
    return is_private ? reach::private_network : reach::everybody;
  }
  const auto v6 = address.to_v6();
  const bool is_private = v6.is_link_local() || (v6.to_bytes()[0] & 0xFE) == 0xFC;
  return is_private ? reach::private_network : reach::everybody;
}

bool is_word(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; });
}

class checker {
public:
  explicit checker(cluster_options& options) : options_(options) {}

  std::vector<cluster_problem> check() {
    options_.warnings.clear();
    if (!options_.enabled()) {
      unused();
      return std::move(problems_);
    }
    names();
    seeds();
    secret();
    tls();
    address();
    times();
    return std::move(problems_);
  }

private:
  void problem(std::string_view key, std::string reason, std::string_view other = {}) {
    problems_.push_back({"cluster." + std::string{key}, std::move(reason), other});
  }

  void unused() {
    const bool used = !options_.seeds.empty() || !options_.secret.empty() ||
                      !options_.secret_file.empty() || !options_.tls.certificate_file.empty();
    if (used)
      problem("name", "expected the name of the cluster, because other settings of it are given",
              "cluster.seeds");
  }

  void names() {
    if (!is_word(options_.name))
      problem("name", "expected printable characters without blanks");
    if (!is_word(options_.node))
      problem("node", "expected printable characters without blanks");
    if (!is_word(options_.advertised_host))
      problem("advertised_host", "expected the name or address of a host, without a port");
  }

  void seeds() {
    for (const auto& text : options_.seeds) {
      auto parsed = parse_node_address(text);
      if (parsed)
        options_.seed_addresses.push_back(*std::move(parsed));
      else
        problem("seeds",
                "expected host:port, like 10.0.0.1:7400 or [::1]:7400, found \"" + text + '"');
    }
  }

  void secret() {
    const auto& path = options_.secret_file;
    auto text = options_.secret;
    if (text.empty() == path.empty()) {
      problem("secret_file",
              text.empty() ? "expected a file with the secret that all nodes share; make one with: "
                             "openssl rand -hex 32"
                           : "cluster.secret is given too; remove one of them",
              "cluster.secret");
      return;
    }
    if (!path.empty()) {
      if (auto wrong = read(path, text); !wrong.empty()) {
        problem("secret_file", path + ": " + wrong);
        return;
      }
    }
    if (text.size() < protocol::cluster_key::min_secret_size)
      problem(path.empty() ? "secret" : "secret_file",
              "expected at least " + std::to_string(protocol::cluster_key::min_secret_size) +
                  " bytes, found " + std::to_string(text.size()) +
                  "; make one with: openssl rand -hex 32");
    else
      options_.key = std::make_shared<const protocol::cluster_key>(text, options_.name);
    OPENSSL_cleanse(text.data(), text.size());
  }

  /// What is wrong, or nothing.
  std::string read(const std::string& path, std::string& text) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0)
      return std::strerror(errno);
    if (!S_ISREG(status.st_mode))
      return "is no file";
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
      options_.warnings.push_back("cluster.secret_file " + path +
                                  ": others than its owner may use it; chmod 600");
    std::ifstream file{path, std::ios::binary};
    text.resize(max_secret_bytes + 1);
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file.eof())
      return file.is_open() && !file.bad() ? "is larger than 1 KiB" : "cannot be read";
    text.resize(static_cast<std::size_t>(file.gcount()));
    const auto end = text.find_last_not_of(blank);
    text.resize(end == std::string::npos ? 0 : end + 1);
    return {};
  }

  void tls() {
    auto& files = options_.tls;
    const bool any =
        !files.certificate_file.empty() || !files.key_file.empty() || !files.client_ca_file.empty();
    if (!any)
      return;
    if (files.certificate_file.empty() || files.key_file.empty() || files.client_ca_file.empty()) {
      problem(files.certificate_file.empty() ? "tls_certificate_file"
              : files.key_file.empty()       ? "tls_key_file"
                                             : "tls_ca_file",
              "expected a file: TLS between nodes needs tls_certificate_file, tls_key_file and "
              "tls_ca_file",
              "cluster.tls_certificate_file");
      return;
    }
    files.clients = net::client_certificates::required;
    files.min_version = net::tls_version::tls_1_3;
    auto loaded = net::tls_context::load(files);
    if (const auto* wrong = std::get_if<net::tls_problem>(&loaded)) {
      const auto key = wrong->setting == "tls.client_ca_file"
                           ? std::string{"tls_ca_file"}
                           : "tls_" + wrong->setting.substr(wrong->setting.find('.') + 1);
      problem(key, wrong->reason);
    } else {
      options_.tls_context = std::get<net::tls_context_ptr>(std::move(loaded));
    }
  }

  void address() {
    boost::system::error_code error;
    const auto parsed = ip::make_address(options_.address, error);
    if (error) {
      problem("address", "expected an IPv4 or IPv6 address like 127.0.0.1 or ::1, found \"" +
                             options_.address + "\"; names are not resolved");
      return;
    }
    if (!options_.tls.certificate_file.empty())
      return;
    const auto who = reach_of(parsed);
    if (who == reach::everybody)
      problem(
          "address",
          "expected a private address, found \"" + options_.address +
              "\": without TLS, what nodes say to each other can be read and changed on the way; "
              "give cluster.tls_certificate_file, tls_key_file and tls_ca_file");
    else if (who == reach::private_network)
      options_.warnings.push_back("cluster.address " + options_.address +
                                  ": without TLS, who can read or change what passes on this "
                                  "network can read and change what the nodes say to each other");
  }

  void times() {
    const auto& peers = options_.peers;
    if (peers.failure_timeout < 2 * peers.heartbeat_interval)
      problem("failure_timeout_ms",
              "expected at least twice heartbeat_interval_ms, " +
                  std::to_string(2 * peers.heartbeat_interval.count()) + ", found " +
                  std::to_string(peers.failure_timeout.count()) +
                  "; otherwise one late heartbeat cuts a node off",
              "cluster.heartbeat_interval_ms");
  }

  cluster_options& options_;
  std::vector<cluster_problem> problems_;
};

} // namespace

std::optional<net::node_address> parse_node_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return std::nullopt;
  auto host = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed)
    host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port == 0 || host.empty() ||
      host.size() > protocol::node_description::max_host_size || !is_word(host) ||
      host.find_first_of("[]") != std::string_view::npos ||
      (host.find(':') != std::string_view::npos) != bracketed)
    return std::nullopt;
  return net::node_address{std::string{host}, port};
}

std::vector<cluster_problem> finish_cluster(cluster_options& options) {
  return checker{options}.check();
}

} // namespace troupe::supervision
