#include "troupe/supervision/command_line.hpp"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <ostream>
#include <sstream>

#include <CLI/CLI.hpp>

#include "troupe/supervision/build_info.hpp"
#include "troupe/supervision/config_checks.hpp"
#include "troupe/supervision/config_printer.hpp"
#include "troupe/supervision/config_reader.hpp"

namespace troupe::supervision {
namespace {

struct endpoint_text {
  std::string address;
  std::uint16_t port = 0;
};

/// ADDR:PORT with IPv6 in brackets; whether the address is one is checked with the configuration.
std::optional<endpoint_text> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == text.npos || colon == 0)
    return {};
  auto address = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  if (address.starts_with('[') && address.ends_with(']'))
    address = address.substr(1, address.size() - 2);
  else if (address.find(':') != address.npos)
    return {};
  endpoint_text result{std::string{address}, 0};
  const auto [end, failure] =
      std::from_chars(digits.data(), digits.data() + digits.size(), result.port);
  if (address.empty() || digits.empty() || failure != std::errc{} ||
      end != digits.data() + digits.size())
    return {};
  return result;
}

std::string endpoint_problem(std::string_view option, std::string_view text) {
  return std::string{option} + ": expected ADDR:PORT like 127.0.0.1:8000 or [::1]:8000" +
         (option == "--admin" ? ", or off" : ", or unix:/path") + ", found \"" + std::string{text} +
         '"';
}

void override_endpoints(const command_line& line, config& to, std::vector<std::string>& errors) {
  to.stdio = line.stdio;
  to.listen.enabled = !line.stdio || line.listen;
  if (line.stdio)
    to.admin.enabled = false;
  if (line.listen && line.listen->starts_with("unix:")) {
    to.listen.address = *line.listen;
  } else if (line.listen) {
    if (const auto where = parse_endpoint(*line.listen)) {
      to.listen.address = where->address;
      to.listen.port = where->port;
    } else {
      errors.push_back(endpoint_problem("--listen", *line.listen));
    }
  }
  if (line.admin == "off") {
    to.admin.enabled = false;
  } else if (line.admin) {
    if (const auto where = parse_endpoint(*line.admin)) {
      to.admin = {true, where->address, where->port};
    } else {
      errors.push_back(endpoint_problem("--admin", *line.admin));
    }
  }
}

/// What the command line says stands on no line of the file.
void forget_overridden(const command_line& line, config_positions& positions) {
  if (line.listen) {
    positions.erase("listen.address");
    positions.erase("listen.port");
  }
  if (line.admin) {
    positions.erase("admin.address");
    positions.erase("admin.port");
  }
}

/// At most a megabyte: a configuration is written by hand.
std::optional<std::string> read_file(const std::string& path, std::string& failure) {
  constexpr std::size_t longest = 1024 * 1024;
  std::ifstream file{path, std::ios::binary};
  if (!file) {
    failure = path + ": cannot be read: " + std::strerror(errno);
    return {};
  }
  std::string text(longest + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || (file.fail() && !file.eof())) {
    failure = path + ": cannot be read; is it a file?";
    return {};
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > longest) {
    failure = path + ": larger than 1 MiB, so it is hardly a configuration";
    return {};
  }
  return text;
}

struct options {
  command_line line;
  bool check = false;
  bool print = false;
};

/// Nothing if the process is to go on.
std::optional<exit_now> parse(int argc, const char* const* argv, options& to, std::ostream& out,
                              std::ostream& err) {
  CLI::App app{"An MCP server. Logs go to stderr. SIGTERM and SIGINT end it in order, SIGHUP "
               "reloads the configuration.",
               "troupe"};
  bool version = false;
  app.add_option("--config", to.line.config_file,
                 "Configuration: one JSON file, see configs/troupe.json; without it the defaults")
      ->type_name("FILE");
  app.add_option("--listen", to.line.listen,
                 "MCP endpoint; port 0 picks a free one; or unix:/path for a Unix domain socket")
      ->type_name("ADDR:PORT");
  app.add_option("--admin", to.line.admin, "Endpoint of /metrics, /healthz and /readyz, or off")
      ->type_name("ADDR:PORT");
  app.add_flag("--stdio", to.line.stdio,
               "Serve one client on standard input and output, and end with it; opens no port that "
               "is not named here too");
  app.add_flag("--check-config", to.check, "Check the configuration and exit (0: usable, 2: not)");
  app.add_flag("--print-config", to.print,
               "Print defaults, file and command line as one configuration and exit");
  app.add_flag("--version", version, "Print version, commit and compiler and exit");
  app.set_help_flag("--help,-h", "Print this and exit");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    out << app.help();
    return exit_now{0};
  } catch (const CLI::ParseError& failure) {
    err << "troupe: " << failure.what() << "\ntroupe --help lists the options\n";
    return exit_now{exit_usage};
  }
  if (version) {
    out << "troupe " << build_version() << " (" << build_revision() << ", " << build_compiler()
        << ")\n";
    return exit_now{0};
  }
  return {};
}

void print_problems(const std::vector<std::string>& errors, std::ostream& err) {
  for (const auto& error : errors)
    err << "troupe: " << error << '\n';
  err << "troupe: " << errors.size() << (errors.size() == 1 ? " problem" : " problems")
      << " in the configuration; nothing was started\n";
}

/// Where MCP is served.
std::string in_words(const config& settings) {
  std::string text = settings.stdio ? "standard input and output" : "";
  if (!settings.listen.enabled)
    return text;
  text += text.empty() ? "" : " and at ";
  text += settings.listen.address;
  if (!settings.listen.unix_path())
    text += " port " + std::to_string(settings.listen.port) + settings.connection.endpoint.path;
  return text;
}

} // namespace

std::variant<config, std::vector<std::string>> load_config(const command_line& line) {
  config result;
  std::vector<std::string> errors;
  config_problems problems;
  config_positions positions;
  if (line.config_file) {
    std::string failure;
    if (const auto text = read_file(*line.config_file, failure))
      problems = read_config(*text, result, &positions);
    else
      errors.push_back(failure);
  }
  override_endpoints(line, result, errors);
  forget_overridden(line, positions);
  for (auto& problem : finish(result, positions))
    problems.push_back(std::move(problem));
  for (const auto& problem : problems)
    errors.push_back(to_string(problem, line.config_file.value_or("")));
  if (!errors.empty())
    return errors;
  return result;
}

std::variant<start_plan, exit_now> read_command_line(int argc, const char* const* argv,
                                                     std::ostream& out, std::ostream& err) {
  options asked;
  if (const auto done = parse(argc, argv, asked, out, err))
    return *done;
  auto loaded = load_config(asked.line);
  if (const auto* errors = std::get_if<std::vector<std::string>>(&loaded)) {
    print_problems(*errors, err);
    return exit_now{exit_usage};
  }
  auto& settings = std::get<config>(loaded);
  if (asked.print)
    out << print_config(settings);
  else if (asked.check) {
    for (const auto& warning : warnings_of(settings))
      err << "troupe: warning: " << warning << '\n';
    out << "OK: " << asked.line.config_file.value_or("the defaults") << "; MCP at "
        << in_words(settings) << ", "
        << (settings.admin.enabled ? "admin at " + settings.admin.address + " port " +
                                         std::to_string(settings.admin.port)
                                   : std::string{"no admin endpoint"})
        << ", at most " << settings.limits.max_sessions << " sessions\n";
  }
  if (asked.print || asked.check)
    return exit_now{0};
  return start_plan{std::move(asked.line), std::move(settings)};
}

} // namespace troupe::supervision
