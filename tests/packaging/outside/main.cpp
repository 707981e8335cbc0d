#include "troupe/protocol/base64url.hpp"

#include <iostream>

int main() {
  const auto bytes = troupe::protocol::decode_base64url("b3V0c2lkZQ");
  if (!bytes || std::string{bytes->begin(), bytes->end()} != "outside")
    return 1;
  std::cout << "built against the installed troupe\n";
}
