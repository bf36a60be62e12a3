#pragma once

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "http/request_head.h"

namespace drawbridge::http {

using RequestParser = boost::beast::http::request_parser<boost::beast::http::string_body>;

/// What the server needs of the head that was parsed. Views into the parser's message.
RequestHead head_of(const RequestParser& parser);

}  // namespace drawbridge::http
