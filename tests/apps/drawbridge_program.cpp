#include "drawbridge_program.h"

#include <fstream>

namespace drawbridge::app {

DrawbridgeProgram::DrawbridgeProgram() : key_set_{file("keys.json", test::jwks_of({key_.jwk()}))} {}

std::string DrawbridgeProgram::file(const std::string& name, const std::string& content) const {
  const std::string path = scratch_.path() / name;
  std::ofstream{path, std::ios::binary} << content;
  return path;
}

test::Outcome DrawbridgeProgram::verify(const std::string& token, std::vector<std::string> more) const {
  std::vector<std::string> arguments{"token", "verify",     "--jwks", key_set_, "--issuer",
                                     origin,  "--audience", origin,   "--at",   std::to_string(now)};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return drawbridge(arguments, token);
}

std::string DrawbridgeProgram::claims(const std::string& changed) {
  boost::json::object all{{"iat", now - 60},  {"sub", "user-1"},
                          {"exp", now + 840}, {"iss", origin},
                          {"aud", origin},    {"uuid", "d5e1ed25-7146-4435-b2bd-005278237699"}};
  const boost::json::value changes = boost::json::parse('{' + changed + '}');
  for (const auto& member : changes.get_object()) all[member.key()] = member.value();
  return boost::json::serialize(all);
}

std::string DrawbridgeProgram::token(const std::string& changed) const {
  return key_.token(claims(changed));
}

std::string drawbridge_program() {
  return DRAWBRIDGE_PROGRAM;
}

test::Outcome drawbridge(std::vector<std::string> arguments, std::string input,
                         std::map<std::string, std::string> environment) {
  return test::run_program(drawbridge_program(),
                           {std::move(arguments), std::move(input), std::move(environment), ""});
}

boost::json::object json_line(const std::string& out) {
  EXPECT_TRUE(out.ends_with('\n') && out.find('\n') == out.size() - 1) << out;
  boost::json::error_code error;
  const boost::json::value value = boost::json::parse(out, error);
  EXPECT_TRUE(!error && value.is_object()) << out;
  return value.is_object() ? value.get_object() : boost::json::object{};
}

std::string text_member(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(boost::json::string_view{name.data(), name.size()});
  return value != nullptr && value->is_string() ? value->get_string().c_str() : "(no text member)";
}

}  // namespace drawbridge::app
