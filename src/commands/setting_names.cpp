#include "commands/setting_names.h"

#include <array>
#include <string_view>

namespace drawbridge::app {
namespace {

struct Name {
  std::string_view member;
  std::string_view setting;
};

/// The members of Policy, KeySource and CredentialSource that have a setting.
constexpr std::array names{Name{"Policy::issuers", "BETTER_AUTH_ISSUER"},
                           Name{"Policy::audiences", "BETTER_AUTH_AUDIENCE"},
                           Name{"Policy::algorithms", "DRAWBRIDGE_ALGORITHMS"},
                           Name{"Policy::clock_skew", "DRAWBRIDGE_CLOCK_SKEW"},
                           Name{"Policy::max_token_size", "DRAWBRIDGE_MAX_TOKEN_SIZE"},
                           Name{"KeySource::jwks_url", "BETTER_AUTH_URL or BETTER_AUTH_JWKS_URL"},
                           Name{"KeySource::allow_http_hosts", "DRAWBRIDGE_ALLOW_HTTP_HOSTS"},
                           Name{"KeySource::ca_file", "DRAWBRIDGE_CA_FILE"},
                           Name{"RevocationSource::secret", "DRAWBRIDGE_REVOCATIONS_SECRET"},
                           Name{"RevocationSource::base_url", "BETTER_AUTH_URL"},
                           Name{"CredentialSource::allowed_origins", "DRAWBRIDGE_ALLOWED_ORIGINS"},
                           Name{"CredentialSource::session_cookie", "DRAWBRIDGE_SESSION_COOKIE"},
                           Name{"CredentialSource::max_age", "DRAWBRIDGE_CREDENTIAL_MAX_AGE"}};

}  // namespace

std::string with_setting_names(std::string text) {
  for (const Name& name : names)
    for (std::size_t at = text.find(name.member); at != std::string::npos;
         at = text.find(name.member, at + name.setting.size()))
      text.replace(at, name.member.size(), name.setting);
  return text;
}

}  // namespace drawbridge::app
