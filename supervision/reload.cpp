#include "troupe/supervision/reload.hpp"

#include <utility>
#include <variant>

#include <spdlog/spdlog.h>

#include "troupe/supervision/config_changes.hpp"
#include "troupe/supervision/logging.hpp"

namespace troupe::supervision {

namespace {

/// Who reads the log acts on it: a key that is named there seals, and the one before it may go.
void warn_unless_used(node& at) {
  if (!at.wait_until_used())
    spdlog::warn("SIGHUP: an I/O thread may still use what was before");
}

} // namespace

reloader::reloader(command_line line, config settings)
    : line_(std::move(line)), settings_(std::move(settings)) {}

bool reloader::add_files(node& to) {
  to.handlers().merge(files_.update(settings_.resources));
  for (const auto& error : files_.errors())
    spdlog::critical("cannot serve a resource directory: {}", error);
  return files_.errors().empty();
}

void reloader::reload(node& at) {
  auto loaded = load_config(line_);
  if (const auto* mistakes = std::get_if<std::vector<std::string>>(&loaded)) {
    for (const auto& line : *mistakes)
      spdlog::error("{}", line);
    spdlog::error("SIGHUP: the configuration has mistakes; nothing was changed");
    return;
  }
  auto& next = std::get<config>(loaded);
  for (const auto& change : changes_between(settings_, next)) {
    if (change.live)
      spdlog::info("SIGHUP: {} has changed", change.path);
    else
      spdlog::warn("SIGHUP: {} has changed, which takes effect at the next start", change.path);
  }
  set_log_level(next.log.level);
  auto changes = files_.update(next.resources);
  for (const auto& error : files_.errors())
    spdlog::error("SIGHUP: the resource directories stay as they were: {}", error);
  if (!changes.empty()) {
    const auto updated = at.update(std::move(changes)).get();
    if (!updated)
      spdlog::error("SIGHUP: the resources could not be updated: {}",
                    at.system().render(updated.error()));
  }
  // Also when the path is as it was: the file may have another first line now.
  if (const auto& keys = next.sealing.keys) {
    at.use_keys(keys);
    warn_unless_used(at);
    spdlog::info("SIGHUP: {} keys; {} seals", keys->keys().size(), keys->current().id());
    settings_.sealing = next.sealing;
  }
  reload_tls(at, next.tls);
  settings_.log.level = next.log.level;
  if (files_.errors().empty())
    settings_.resources = std::move(next.resources);
  spdlog::info("SIGHUP: done");
}

/// The files are read anew also when their names are as they were.
void reloader::reload_tls(node& at, const tls_settings& next) {
  if (!next.context != !settings_.tls.context) {
    spdlog::warn("SIGHUP: TLS is switched on and off at the next start; until then it stays {}",
                 settings_.tls.context ? "on, with the certificate it has" : "off");
    return;
  }
  if (!next.context)
    return;
  for (const auto& warning : next.context->warnings())
    spdlog::warn("SIGHUP: {}", warning);
  at.use_tls(next.context);
  warn_unless_used(at);
  spdlog::info("SIGHUP: TLS certificate: {}", next.context->about());
  settings_.tls = next;
}

} // namespace troupe::supervision
