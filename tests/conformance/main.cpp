#include "tests/conformance/groups.hpp"

#include "troupe/supervision/server.hpp"

int main(int argc, char** argv) {
  return troupe::supervision::run_server(argc, argv, [](troupe::node& node) {
    using namespace troupe::conformance;
    auto& set = node.handlers();
    add_content_tools(set);
    add_telling_tools(set);
    add_schema_tools(set);
    add_stream_tools(set);
    add_client_tools(set);
    add_input_required_tools(set);
    add_modern_tools(set, node);
    add_task_tools(set);
    add_resources(set);
    add_prompts(set);
  });
}
