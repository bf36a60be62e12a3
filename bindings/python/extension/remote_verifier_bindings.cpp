#include "remote_verifier_bindings.h"

#include <array>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include <nanobind/stl/optional.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include "drawbridge/authenticator.h"
#include "drawbridge/remote_verifier.h"
#include "drawbridge/user_access.h"

#include "commands/setting_names.h"
#include "core/credentials/cache_cookie.h"
#include "core/credentials/choice.h"
#include "credential_bindings.h"
#include "error_bindings.h"
#include "pending.h"
#include "python_calls.h"
#include "session_bindings.h"

namespace nb = nanobind;

namespace drawbridge::python {
namespace {

using Result = RemoteVerifier::Result;
/// Of the client, where it is known.
using Address = std::optional<nb::str>;

/// The bytes of a str while that lives. What has no UTF-8 form, a lone surrogate, is no token either: it is
/// replaced, and the verifier refuses it as it refuses every byte outside the alphabet.
class Utf8 {
 public:
  explicit Utf8(const nb::str& text) {
    Py_ssize_t size = 0;
    if (const char* const data = PyUnicode_AsUTF8AndSize(text.ptr(), &size)) {
      view_ = {data, static_cast<std::size_t>(size)};
      return;
    }
    PyErr_Clear();
    replaced_ = nb::steal<nb::bytes>(PyUnicode_AsEncodedString(text.ptr(), "utf-8", "replace"));
    if (!replaced_.is_valid()) throw nb::python_error{};
    view_ = {replaced_.c_str(), replaced_.size()};
  }

  std::string_view view() const { return view_; }

 private:
  nb::bytes replaced_ = nb::steal<nb::bytes>(nb::handle{});
  std::string_view view_;
};

Identity identity_or_raise(const Result& result) {
  if (!result) raise(result.error());
  return *result;
}

/// An Authenticator, and the RemoteVerifier in it, without the GIL. Whoever calls holds a reference to it, so
/// it outlives every call.
class Core {
  template <typename Call>
  static auto judge(const Call& call) {
    const WithoutGil no_gil;
    return call();
  }

 public:
  /// `credentials` names the session cookie, where sessions are taken.
  Core(Policy policy, KeySource source, CredentialSource credentials)
      : kinds_{credentials.kinds}, cookie_name_{credentials.session_cookie.value_or("")} {
    if (credentials.session_cache) cache_name_ = cache_cookie_name(cookie_name_).value_or("");
    const nb::gil_scoped_release no_gil;
    try {
      authenticator_ =
          std::make_unique<Authenticator>(std::move(policy), std::move(source), std::move(credentials));
    } catch (const std::invalid_argument& fault) {
      throw std::invalid_argument{app::with_setting_names(fault.what())};
    }
  }

  /// Waits for the verifier's threads, which may be waiting for the GIL; this may be one of them.
  ~Core() {
    if (InVerifiersThread::now()) {
      std::thread{[last = std::move(authenticator_)]() mutable { last.reset(); }}.detach();
      return;
    }
    // In a daemon thread the interpreter may have ended meanwhile.
    const WithoutGil no_gil;
    authenticator_.reset();
  }
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  Identity verify(const nb::str& token, const Address& address) const {
    const Utf8 text{token};
    const Utf8 client{address.value_or(nb::str{""})};
    return identity_or_raise(judge([&] { return verifier().verify(text.view(), client.view()); }));
  }

  Identity authenticate(const std::optional<nb::str>& header, const Address& address) const {
    const Utf8 text{header.value_or(nb::str{""})};
    const Utf8 client{address.value_or(nb::str{""})};
    return identity_or_raise(judge([&] { return verifier().authenticate(text.view(), client.view()); }));
  }

  /// An Identity, or a Pending.
  nb::object verify_async(const nb::str& token, const Address& address) const {
    const Utf8 text{token};
    return begin(text.view(), address);
  }

  nb::object authenticate_async(const std::optional<nb::str>& header, const Address& address) const {
    const Utf8 text{header.value_or(nb::str{""})};
    const std::string_view value = text.view();
    const auto token = bearer_token({&value, 1});
    if (!token) raise(token.error());
    return begin(*token, address);
  }

  Identity authenticate_request(const nb::iterable& headers, const nb::str& method, bool is_websocket,
                                const Address& address) const {
    const RequestCredentials sent{headers};
    const Utf8 method_text{method};
    const Utf8 client{address.value_or(nb::str{""})};
    Credentials credentials = sent.view();
    if (takes_tokens_alone()) {
      const std::string_view token = token_or_raise(credentials);
      return identity_or_raise(judge([&] { return verifier().verify(token, client.view()); }));
    }
    credentials.method = method_text.view();
    credentials.is_websocket_handshake = is_websocket;
    credentials.client_address = client.view();
    return identity_or_raise(judge([&] { return authenticator_->authenticate(credentials); }));
  }

  /// An Identity, a Pending, or a SessionLook where Python reads sessions.
  nb::object authenticate_request_async(const nb::iterable& headers, const nb::str& method, bool is_websocket,
                                        const Address& address) const {
    const RequestCredentials sent{headers};
    Credentials credentials = sent.view();
    if (takes_tokens_alone()) return begin(token_or_raise(credentials), address);
    const Utf8 method_text{method};
    const Utf8 client{address.value_or(nb::str{""})};
    credentials.method = method_text.view();
    credentials.is_websocket_handshake = is_websocket;
    credentials.client_address = client.view();
    AskedSessions::Question question;
    const auto pending = std::make_shared<Pending>();
    const std::function<void(Result)> done = resolving(pending);
    const std::optional<Result> known =
        judge([&] { return authenticator_->authenticate_async(credentials, done); });
    if (known) return nb::cast(identity_or_raise(*known));
    if (!question.done) return nb::cast(pending);
    return nb::cast(
        std::make_shared<SessionLook>(std::move(question.token), std::move(question.done), pending));
  }

  /// Whether it is the session cookie that such a request counts by, good or not.
  bool counts_by_cookie(const nb::iterable& headers) const {
    const RequestCredentials sent{headers};
    return drawbridge::counts_by_cookie(chosen_credential(sent.view(), kinds_, cookie_name_, cache_name_));
  }

  void refresh() const { verifier().refresh(); }

  /// `(state, usable_keys, age in seconds or None, last_failure)`
  nb::tuple key_status() const {
    const KeyStatus status = verifier().key_status();
    const char* const state = status.state == KeyStatus::State::fresh   ? "fresh"
                              : status.state == KeyStatus::State::stale ? "stale"
                                                                        : "absent";
    const nb::object age = status.age ? nb::object{nb::cast(status.age->count())} : nb::none();
    return nb::make_tuple(state, status.usable_keys, age, app::with_setting_names(status.last_failure));
  }

  /// `(state, required, entries, age in seconds or None, last_failure)`
  nb::tuple revocation_status() const {
    const RevocationStatus status = verifier().revocation_status();
    constexpr std::array states{"off", "pending", "current", "lost"};
    const nb::object age = status.age ? nb::object{nb::cast(status.age->count())} : nb::none();
    return nb::make_tuple(states.at(static_cast<std::size_t>(status.state)), status.required, status.entries,
                          age, app::with_setting_names(status.last_failure));
  }

  /// `(key fetches, failed ones, questions about revocations, failed ones, hits and misses among the tokens
  /// that are remembered, session, key, keys with tables, faults of those)`, session and key as `(good,
  /// unknown, limited, failed, remembered, waiting)`
  nb::tuple counts() const {
    const KeyStatus keys = verifier().key_status();
    const RevocationStatus revocations = verifier().revocation_status();
    const CacheCounts tokens = verifier().remembered_tokens();
    const EddsaTableStatus tables = verifier().eddsa_tables();
    const auto shown = [](const CredentialCounts& of) {
      return nb::make_tuple(of.good, of.unknown, of.limited, of.failed, of.remembered, of.waiting);
    };
    return nb::make_tuple(keys.fetches, keys.failed_fetches, revocations.questions,
                          revocations.failed_questions, tokens.hits, tokens.misses,
                          shown(authenticator_->session_counts()), shown(authenticator_->key_counts()),
                          tables.keys, tables.faults);
  }

 private:
  RemoteVerifier& verifier() const { return authenticator_->verifier(); }

  /// Then its refusals speak of the token, as those of every Verifier.
  bool takes_tokens_alone() const { return kinds_.token && !kinds_.session && !kinds_.key; }

  static std::string_view token_or_raise(const Credentials& credentials) {
    const auto token = bearer_token(credentials.authorization);
    if (!token) raise(token.error());
    return *token;
  }

  nb::object begin(std::string_view token, const Address& address) const {
    const Utf8 client{address.value_or(nb::str{""})};
    const auto pending = std::make_shared<Pending>();
    const std::function<void(Result)> done = resolving(pending);
    const std::optional<Result> known =
        judge([&] { return verifier().verify_async(token, done, client.view()); });
    return known ? nb::cast(identity_or_raise(*known)) : nb::cast(pending);
  }

  static std::function<void(Result)> resolving(const std::shared_ptr<Pending>& pending) {
    return [pending](Result result) { pending->resolve(std::move(result)); };
  }

  CredentialKinds kinds_;
  std::string cookie_name_;
  std::string cache_name_;  ///< empty where no cache is taken
  std::unique_ptr<Authenticator> authenticator_;
};

std::vector<Algorithm> algorithms_named(const std::vector<std::string>& names) {
  std::vector<Algorithm> algorithms;
  for (const std::string& name : names) {
    const auto algorithm = algorithm_named(name);
    if (!algorithm)
      throw std::invalid_argument{"algorithms names \"" + name +
                                  "\", which Drawbridge does not verify: give one or more of EdDSA, Ed25519, "
                                  "ES256, ES384, ES512, RS256, RS384, RS512, PS256, PS384, PS512"};
    algorithms.push_back(*algorithm);
  }
  return algorithms;
}

std::function<void(const KeySource::Event&)> event_handler(nb::object on_event) {
  return [callable = shared_callable(std::move(on_event))](const KeySource::Event& event) {
    const InVerifiersThread here;
    const PythonAccess python;
    const bool is_of_tables = event.about == KeySource::Event::About::signatures;
    if (python) call_and_report(*callable, event.good, app::with_setting_names(event.text), is_of_tables);
  };
}

RevocationMode revocation_mode_named(std::string_view name) {
  if (name == "required") return RevocationMode::required;
  return name == "off" ? RevocationMode::off : RevocationMode::preferred;
}

void make_core(Core* place, std::string jwks_url, std::vector<std::string> issuers,
               std::vector<std::string> audiences, const std::vector<std::string>& algorithms,
               std::int64_t clock_skew, std::size_t max_token_size, std::vector<std::string> required_claims,
               std::vector<std::string> allow_http_hosts, std::optional<std::string> ca_file,
               std::optional<std::string> keys_snapshot, std::int64_t keys_max_stale,
               std::size_t remembered_tokens, std::string_view revocations,
               std::optional<std::string> revocations_url, std::optional<std::string> revocations_secret,
               bool eddsa_tables, nb::object on_event, const CredentialSource& credentials) {
  Policy policy{{}, {}};
  policy.issuers = std::move(issuers);
  policy.audiences = std::move(audiences);
  policy.algorithms = algorithms_named(algorithms);
  policy.clock_skew = std::chrono::seconds{clock_skew};
  policy.max_token_size = max_token_size;
  policy.required_claims = std::move(required_claims);
  KeySource source;
  source.jwks_url = std::move(jwks_url);
  source.allow_http_hosts = std::move(allow_http_hosts);
  if (ca_file) source.ca_file = *std::move(ca_file);
  if (keys_snapshot) source.snapshot = *std::move(keys_snapshot);
  source.max_stale = std::chrono::seconds{keys_max_stale};
  source.remembered_tokens = remembered_tokens;
  source.revocations = {revocation_mode_named(revocations), std::move(revocations_url),
                        std::move(revocations_secret)};
  source.eddsa_tables = eddsa_tables;
  source.on_event = event_handler(std::move(on_event));
  new (place) Core{std::move(policy), std::move(source), credentials};
}

/// `(jwks_url, issuer, audience)`
nb::tuple better_auth_at(std::string_view url) {
  const auto addresses = BetterAuth::at(url);
  if (!addresses) throw std::invalid_argument{addresses.error()};
  return nb::make_tuple(addresses->jwks_url, addresses->issuer, addresses->audience);
}

void check_access(const Identity& identity, const nb::str& path_user_id, bool by_subject, bool as_uuid) {
  const Utf8 text{path_user_id};
  const UserClaim claim = by_subject ? UserClaim::sub : UserClaim::uuid;
  const auto uuid = as_uuid ? Uuid::parse(text.view()) : std::nullopt;
  // What is not a UUID of the 36-character form names nobody where one is wanted, as the empty text does.
  const auto access = uuid ? check_user_access(identity, *uuid, claim)
                           : check_user_access(identity, as_uuid ? std::string_view{} : text.view(), claim);
  if (!access) raise(access.error());
}

}  // namespace

void bind_remote_verifier(nb::module_& module) {
  nb::class_<Core>{module, "RemoteVerifier", nb::is_final()}
      .def("__init__", &make_core, nb::kw_only(), nb::arg("jwks_url"), nb::arg("issuers"),
           nb::arg("audiences"), nb::arg("algorithms"), nb::arg("clock_skew"), nb::arg("max_token_size"),
           nb::arg("required_claims"), nb::arg("allow_http_hosts"), nb::arg("ca_file").none(),
           nb::arg("keys_snapshot").none(), nb::arg("keys_max_stale"), nb::arg("remembered_tokens"),
           nb::arg("revocations"), nb::arg("revocations_url").none(), nb::arg("revocations_secret").none(),
           nb::arg("eddsa_tables"), nb::arg("on_event"), nb::arg("credentials"))
      .def("verify", &Core::verify, nb::arg("token"), nb::arg("client_address").none())
      .def("authenticate", &Core::authenticate, nb::arg("header").none(), nb::arg("client_address").none())
      .def("verify_async", &Core::verify_async, nb::arg("token"), nb::arg("client_address").none())
      .def("authenticate_async", &Core::authenticate_async, nb::arg("header").none(),
           nb::arg("client_address").none())
      .def("authenticate_request", &Core::authenticate_request, nb::arg("headers"), nb::arg("method"),
           nb::arg("is_websocket"), nb::arg("client_address").none())
      .def("authenticate_request_async", &Core::authenticate_request_async, nb::arg("headers"),
           nb::arg("method"), nb::arg("is_websocket"), nb::arg("client_address").none())
      .def("counts_by_cookie", &Core::counts_by_cookie, nb::arg("headers"))
      .def("refresh", &Core::refresh)
      .def("key_status", &Core::key_status)
      .def("revocation_status", &Core::revocation_status)
      .def("counts", &Core::counts);
  module.def("end_of_interpreter", &InterpreterEnd::begin);
  module.def("in_verifiers_thread", &InVerifiersThread::now);
  module.def("better_auth_at", &better_auth_at, nb::arg("url"));
  module.def("check_user_access", &check_access, nb::arg("identity"), nb::arg("path_user_id"),
             nb::arg("by_subject"), nb::arg("as_uuid"));
}

}  // namespace drawbridge::python
