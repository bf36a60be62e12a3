// drawbridge doctor, with the database.

#include "commands.h"
#include "commands/doctor_command.h"
#include "schema/bridge_facts.h"
#include "server_settings.h"

namespace drawbridge::app {

void add_doctor(CLI::App& app, int& status) {
  CLI::App* const command = add_doctor_command(app);
  const ServerSettings settings{*command,
                                {SettingGroup::keys, SettingGroup::policy, SettingGroup::user,
                                 SettingGroup::database, SettingGroup::names, SettingGroup::sign_in}};
  set_up_doctor(
      *command, settings,
      [settings](doctor::Visit& visit) {
        if (!settings.value_of("DATABASE_URL")) {
          visit.why_no_database = "neither --database-url nor DATABASE_URL is given";
          return;
        }
        const database::DatabaseUrl url = settings.database();
        const schema::plan::Where where = settings.better_auths_tables();
        visit.read_database = [url, where] { return schema::read_bridge_facts(url, where); };
        visit.user_exists = [url, where](const schema::NamedUser& user) {
          return schema::user_exists(url, where, user);
        };
      },
      status);
}

}  // namespace drawbridge::app
