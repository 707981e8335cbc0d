// One visitor from several lambdas, for std::visit.
#pragma once

namespace troupe::protocol {

template<class... Ts>
struct overloaded : Ts... {
  using Ts::operator()...;
};

// clang 14 does not deduce aggregates by itself.
template<class... Ts>
overloaded(Ts...) -> overloaded<Ts...>;

} // namespace troupe::protocol
