#include "tests/integration/server/groups.hpp"

#include "troupe/supervision/server.hpp"

int main(int argc, char** argv) {
  return troupe::supervision::run_server(argc, argv, [](troupe::node& node) {
    using namespace troupe::test_server;
    add_results(node);
    add_telling(node);
    add_gate(node);
    add_asking(node);
    add_publishing(node);
    add_failures(node);
    add_supervising(node);
    add_watching(node);
    add_recording(node);
    apply_role(node);
  });
}
