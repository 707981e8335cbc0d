// The handler of README.md, word for word (tests/integration/readme_test.py compares them).

#include "troupe/supervision/server.hpp"

int main(int argc, char** argv) {
  return troupe::supervision::run_server(argc, argv, [](troupe::node& node) {
    node.handlers().add(
        troupe::protocol::tool{"greet"}
            .with_description("Greets someone.")
            .with_input(R"({"type":"object","properties":{"name":{"type":"string"}}})"),
        [](const troupe::call& call) -> troupe::outcome {
          call.progress(0.5, 1.0);
          return troupe::tool_result::text(
              "Hello, " + std::string{call.string_argument("name").value_or("world")} + "!");
        });
  });
}
