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
                                 SettingGroup::database, SettingGroup::sign_in}};
  set_up_doctor(
      *command, settings,
      [settings](doctor::Visit& visit) {
        if (!settings.value_of("DATABASE_URL")) {
          visit.why_no_database = "neither --database-url nor DATABASE_URL is given";
          return;
        }
        const database::DatabaseUrl url = settings.database();
        visit.read_database = [url] { return schema::read_bridge_facts(url); };
        visit.user_exists = [url](const Uuid& uuid) { return schema::user_exists(url, uuid); };
      },
      status);
}

}  // namespace drawbridge::app
