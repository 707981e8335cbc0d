// Boost.JSON is compiled here, once, and nowhere linked as a library of its own.
#include <boost/json/src.hpp>
