#include "troupe/supervision/file_resources.hpp"

#include <filesystem>
#include <optional>
#include <utility>

#include "troupe/protocol/file_uri.hpp"
#include "troupe/protocol/resource.hpp"
#include "troupe/supervision/file_type.hpp"

namespace troupe::supervision {
namespace {

/// Without slashes at the end; nothing if the path has "." or ".." or double slashes in it.
std::optional<std::string> plain_path(std::string path) {
  while (path.size() > 1 && path.back() == '/')
    path.pop_back();
  if (path.size() < 2 || path.front() != '/' ||
      std::filesystem::path{path}.lexically_normal().string() != path)
    return {};
  return path;
}

protocol::resource_contents contents(const std::string& uri, std::string bytes) {
  const bool text = is_text(bytes);
  const auto known = media_type_of(uri);
  std::string type{known.empty() ? default_media_type(text) : known};
  if (text)
    return protocol::resource_contents::text(uri, std::move(bytes), std::move(type));
  return protocol::resource_contents::bytes(uri, bytes, std::move(type));
}

/// As contents() will say, from the beginning of the file.
std::string listed_type(const served_directory& directory, const std::string& relative) {
  constexpr std::size_t enough = 4096;
  const auto known = media_type_of(relative);
  return std::string{
      known.empty() ? default_media_type(begins_like_text(directory.start_of(relative, enough)))
                    : known};
}

outcome answer(const served_directory& directory, std::size_t max_bytes, const call& asked) {
  const std::string uri{asked.name()};
  const auto not_found = [&] {
    return protocol::make_resource_not_found(uri, protocol::is_modern(asked.client().revision));
  };
  const auto relative = protocol::path_below(directory.path(), uri);
  if (!relative) {
    if (relative.error() == protocol::file_uri_error::outside)
      return not_found();
    return protocol::make_invalid_params(std::string{to_string(relative.error())});
  }
  auto result = directory.read(*relative, max_bytes);
  if (auto* bytes = std::get_if<std::string>(&result))
    return read_result{contents(uri, std::move(*bytes))};
  switch (std::get<read_failure>(result)) {
  case read_failure::too_large:
    return protocol::make_invalid_params("This file is larger than the " +
                                         std::to_string(max_bytes) +
                                         " bytes that this server reads of a file.");
  case read_failure::failed:
    return protocol::make_invalid_params("The system could not read this file; try again later.");
  case read_failure::not_found:
    break;
  }
  return not_found();
}

} // namespace

handler_set file_resources::update(const resource_options& options) {
  errors_.clear();
  auto next = open(options);
  if (!errors_.empty())
    return {};
  *max_file_bytes_ = options.max_file_bytes;
  max_listed_ = options.max_listed;
  handler_set changes;
  for (auto& [path, before] : offered_)
    if (!next.contains(path)) {
      changes.remove(entry_kind::resource_template, before.uri_template);
      for (const auto& uri : before.files)
        changes.remove(entry_kind::resource, uri);
    }
  for (auto& [path, now] : next) {
    const auto before = offered_.find(path);
    add_new(changes, now, before == offered_.end() ? nullptr : &before->second);
  }
  offered_ = std::move(next);
  return changes;
}

file_resources::offers file_resources::open(const resource_options& options) {
  offers result;
  for (const auto& wanted : options.directories) {
    const auto path = plain_path(wanted.path);
    if (!path) {
      errors_.push_back(wanted.path + ": expected the absolute path of a directory other than /, "
                                      "without \".\" and \"..\"");
      continue;
    }
    offer one;
    const auto known = offered_.find(*path);
    one.directory = known == offered_.end() ? std::make_shared<served_directory>(*path)
                                            : known->second.directory;
    if (auto failure = one.directory->open(); !failure.empty())
      errors_.push_back(std::move(failure));
    one.uri_template = protocol::file_uri_from_path(*path) + "/{+path}";
    one.name = wanted.name.empty() ? path->substr(path->rfind('/') + 1) : wanted.name;
    one.description = wanted.description;
    result.emplace(*path, std::move(one));
  }
  return result;
}

handler file_resources::answering(const offer& from) const {
  return {[directory = from.directory, max_bytes = max_file_bytes_](const call& asked) {
            return answer(*directory, *max_bytes, asked);
          },
          execution::blocking};
}

void file_resources::add_new(handler_set& to, offer& next, const offer* before) {
  if (!before || before->name != next.name || before->description != next.description)
    to.add(protocol::resource_template{next.uri_template, next.name}.with_description(
               next.description),
           answering(next));
  for (const auto& relative : next.directory->list(max_listed_)) {
    auto uri = protocol::file_uri_from_path(next.directory->path() + '/' + relative);
    // A name that no URI may carry (control characters, broken UTF-8) is not offered.
    const auto back = protocol::path_below(next.directory->path(), uri);
    if (!back || *back != relative)
      continue;
    if (!before || !before->files.contains(uri)) {
      to.add(
          protocol::resource{uri, relative}.with_mime_type(listed_type(*next.directory, relative)),
          answering(next));
    }
    next.files.insert(std::move(uri));
  }
  if (before)
    for (const auto& uri : before->files)
      if (!next.files.contains(uri))
        to.remove(entry_kind::resource, uri);
}

} // namespace troupe::supervision
