#include "http/media_type.h"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include "core/text/ascii.h"

namespace drawbridge::http {

bool is_json_media_type(std::string_view content_type) {
  using boost::beast::iequals;
  const auto semicolon = content_type.find(';');
  if (!iequals(ascii::trimmed(content_type.substr(0, semicolon)), "application/json")) return false;
  if (semicolon == std::string_view::npos) return true;
  const auto parameters = content_type.substr(semicolon);
  for (const auto& [name, value] : boost::beast::http::param_list{parameters})
    if (iequals(name, "charset") && !iequals(value, "utf-8") && !iequals(value, "\"utf-8\"")) return false;
  return true;
}

}  // namespace drawbridge::http
