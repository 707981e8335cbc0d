// The server binary: everything of troupe::node with the built-in handlers. Flow: server.hpp.

#include "troupe/supervision/builtin_handlers.hpp"
#include "troupe/supervision/server.hpp"

int main(int argc, char** argv) {
  using namespace troupe::supervision;
  return run_server(argc, argv, [](troupe::node& node) {
    add_builtin_handlers(
        node.handlers(), node.config(),
        {[&node] { return node.figures(); },
         [&node](std::string uri) { node.resource_updated(std::move(uri), false); }});
  });
}
