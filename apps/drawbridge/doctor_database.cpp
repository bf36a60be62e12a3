// drawbridge doctor, with the database and Redis.

#include <filesystem>
#include <future>
#include <memory>
#include <utility>

#include "commands.h"
#include "commands/doctor_command.h"
#include "schema/bridge_facts.h"
#include "server_settings.h"

namespace drawbridge::app {
namespace {

/// What the storage says of one session.
SessionStore::Found found_in(const std::unique_ptr<SessionStore>& store, const std::string& token) {
  std::promise<SessionStore::Found> found;
  store->find(token, [&found](SessionStore::Found answer) { found.set_value(std::move(answer)); });
  return found.get_future().get();
}

void choose_database(doctor::Visit& visit, const ServerSettings& settings) {
  if (!settings.value_of("DATABASE_URL")) {
    visit.why_no_database = "give --database-url";
    std::error_code error;
    const database::DatabaseUrl url = settings.database();
    if (std::filesystem::exists(url.file, error)) visit.default_database = "sqlite:" + url.file.string();
    return;
  }
  const database::DatabaseUrl url = settings.database();
  const schema::plan::Where where = settings.better_auths_tables();
  visit.read_database = [url, where] { return schema::read_bridge_facts(url, where); };
  visit.user_exists = [url, where](const schema::NamedUser& user) {
    return schema::user_exists(url, where, user);
  };
  visit.storages.in_database = [url, where](const std::string& token) {
    return found_in(schema::open_stored_sessions(url, {.where = where, .readers = 1}), token);
  };
}

void choose_redis(doctor::Visit& visit, const ServerSettings& settings) {
  auto redis = visit.kinds.session ? settings.redis_of_sessions() : std::nullopt;
  if (!redis) return;
  visit.storages.prefix = redis->options.prefix;
  visit.storages.in_redis = [redis = *std::move(redis)](const std::string& token, const std::string& prefix) {
    redis::StoredSessions options = redis.options;
    options.prefix = prefix;
    options.readers = 1;
    return found_in(redis::open_stored_sessions(redis.url, options), token);
  };
}

}  // namespace

void add_doctor(CLI::App& app, int& status) {
  CLI::App* const command = add_doctor_command(app);
  const ServerSettings settings{*command,
                                {SettingGroup::keys, SettingGroup::policy, SettingGroup::user,
                                 SettingGroup::database, SettingGroup::names, SettingGroup::sign_in}};
  set_up_doctor(
      *command, settings,
      [settings](doctor::Visit& visit) {
        choose_database(visit, settings);
        choose_redis(visit, settings);
      },
      status);
}

}  // namespace drawbridge::app
