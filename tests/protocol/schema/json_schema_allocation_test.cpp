// Checking is on the way of each tools/call: a valid object costs no allocation. All of this program's allocations pass
// here, and are counted while a test asks for it.
#include "troupe/protocol/json_schema.hpp"

#define CAF_SUITE json_schema_allocation
#include "caf/test/unit_test.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

using namespace troupe::protocol;

namespace {

std::atomic<bool> is_counting = false;
std::atomic<std::size_t> allocations = 0;

void* allocate(std::size_t size) {
  if (is_counting)
    ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size))
    return memory;
  throw std::bad_alloc();
}

} // namespace

void* operator new(std::size_t size) {
  return allocate(size);
}

void operator delete(void* memory) noexcept {
  std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace {

std::size_t allocations_of(const json_schema& schema, const json::value& instance) {
  schema.accepts(instance); // RE2 fills its caches
  allocations = 0;
  is_counting = true;
  const bool valid = schema.accepts(instance) && schema.check(instance).empty();
  is_counting = false;
  CAF_CHECK(valid);
  return allocations;
}

std::size_t allocations_of(std::string_view schema, std::string_view instance) {
  return allocations_of(*json_schema::compile(json::parse(schema)).value(), json::parse(instance));
}

} // namespace

CAF_TEST(the_count_counts) {
  allocations = 0;
  is_counting = true;
  const std::string text(1000, 'a');
  is_counting = false;
  CAF_CHECK_EQUAL(allocations.load(), text.size() / 1000);
}

CAF_TEST(a_valid_object_costs_no_allocation) {
  CAF_CHECK_EQUAL(
      allocations_of(R"({
    "type": "object",
    "required": ["city", "days"],
    "additionalProperties": false,
    "properties": {
      "city": {"type": "string", "minLength": 1, "maxLength": 200},
      "days": {"type": "integer", "minimum": 1, "maximum": 14},
      "units": {"enum": ["metric", "imperial"]},
      "place": {"$ref": "#/$defs/place"},
      "tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": true, "maxItems": 10}
    },
    "$defs": {"place": {"type": "object", "properties": {"lat": {"type": "number"}, "lon": {"type": "number"}}}}
  })",
                     R"({"city": "a city with a name of more than fifteen letters", "days": 3,
    "units": "metric", "place": {"lat": 1.5, "lon": 2}, "tags": ["a", "b"]})"),
      0u);
}

CAF_TEST(branches_patterns_and_names_cost_no_allocation) {
  CAF_CHECK_EQUAL(allocations_of(R"({
    "anyOf": [{"type": "string"}, {"type": "object"}],
    "oneOf": [{"required": ["kind_of_the_object"]}, {"required": ["b"]}],
    "if": {"required": ["b"]}, "then": false,
    "propertyNames": {"pattern": "^[a-z_]+$"},
    "patternProperties": {"^kind": {"enum": ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]}},
    "not": {"minProperties": 5},
    "dependentSchemas": {"kind_of_the_object": {"maxProperties": 2}}
  })",
                                 R"({"kind_of_the_object": "j"})"),
                  0u);
}
