#include "session_bindings.h"

#include <chrono>
#include <stdexcept>
#include <utility>

#include <nanobind/stl/optional.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>

#include "core/credentials/secondary_storage.h"
#include "python_calls.h"

namespace nb = nanobind;

namespace drawbridge::python {
namespace {

std::string_view view_of(const nb::bytes& bytes) {
  return {bytes.c_str(), bytes.size()};
}

std::optional<std::string> revocation_key_of(std::string_view prefix, const nb::bytes& record) {
  return revocation_key(prefix, view_of(record));
}

/// Milliseconds since 1970.
std::optional<std::int64_t> revocation_in(const nb::bytes& text) {
  const auto moment = read_revocation(view_of(text));
  if (!moment) return std::nullopt;
  return moment->time_since_epoch().count();
}

}  // namespace

void AskedSessions::find(std::string_view token, Done done) {
  Question* const question = Question::current_;
  if (question == nullptr)
    return done(std::unexpected{std::string{"The sessions are read in an event loop alone."}});
  question->token = token;
  question->done = std::move(done);
}

SessionLook::SessionLook(std::string token, SessionStore::Done done, std::shared_ptr<Pending> pending)
    : token_{std::move(token)}, done_{std::move(done)}, pending_{std::move(pending)} {}

/// Nobody waits any more: what is said now is read by nobody and lets whoever keeps the question forget it.
SessionLook::~SessionLook() {
  if (done_) done_(std::nullopt);
}

Identity SessionLook::found(const std::optional<nb::bytes>& record,
                            std::optional<std::int64_t> revoked_before) {
  if (!record) return answer(std::nullopt);
  SessionStore::Record given{.json = std::string{view_of(*record)}};
  if (revoked_before) given.revoked_before.emplace(std::chrono::milliseconds{*revoked_before});
  return answer(std::move(given));
}

Identity SessionLook::failed(std::string why) {
  return answer(std::unexpected{std::move(why)});
}

Identity SessionLook::answer(SessionStore::Found found) {
  const SessionStore::Done done = std::exchange(done_, nullptr);
  if (!done) throw std::logic_error{"the look for this session has been answered"};
  {
    const WithoutGil no_gil;  // the judge tells failures to Python, one thread after the other
    done(std::move(found));
  }
  return pending_->result();
}

void bind_sessions(nb::module_& module) {
  nb::class_<SessionLook>{module, "SessionLook", nb::is_final()}
      .def_prop_ro("token", &SessionLook::token)
      .def("found", &SessionLook::found, nb::arg("record").none(), nb::arg("revoked_before").none())
      .def("failed", &SessionLook::failed, nb::arg("why"));
  module.def("session_key", &session_key, nb::arg("prefix"), nb::arg("token"));
  module.def("revocation_key", &revocation_key_of, nb::arg("prefix"), nb::arg("record"));
  module.def("read_revocation", &revocation_in, nb::arg("text"));
}

}  // namespace drawbridge::python
