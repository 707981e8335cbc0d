#include "troupe/supervision/unexpected.hpp"

#include <exception>

#include <caf/error.hpp>
#include <caf/exit_reason.hpp>
#include <caf/result.hpp>
#include <caf/sec.hpp>
#include <spdlog/spdlog.h>

namespace troupe::supervision {

namespace {

caf::error on_exception(caf::scheduled_actor* self, std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& reason) {
    spdlog::error("actor={} id={} ended by an exception: {}", self->name(), self->id(),
                  reason.what());
    return caf::make_error(caf::sec::runtime_error, std::string{reason.what()});
  } catch (...) {
    spdlog::error("actor={} id={} ended by an exception of unknown type", self->name(), self->id());
    return caf::make_error(caf::sec::runtime_error, std::string{"an exception of unknown type"});
  }
}

caf::result<caf::message> on_unknown(caf::scheduled_actor* self, caf::message_view& view) {
  spdlog::error("actor={} id={} got a message that it does not know: {}", self->name(), self->id(),
                caf::to_string(view.content()));
  return caf::sec::unexpected_message;
}

} // namespace

void log_the_unexpected(caf::scheduled_actor& self) {
  self.set_exception_handler(on_exception);
  self.set_default_handler(on_unknown);
}

bool is_orderly(const caf::error& reason) {
  return !reason || reason == caf::exit_reason::normal ||
         reason == caf::exit_reason::user_shutdown || reason == caf::exit_reason::kill ||
         reason == caf::exit_reason::unreachable;
}

} // namespace troupe::supervision
