import type { Metadata } from "next";
import { headers } from "next/headers";
import { redirect } from "next/navigation";

import { SessionGate } from "@/components/session/session-gate";
import { MissingTables } from "@/components/tasks/missing-tables";
import { TasksScreen } from "@/components/tasks/tasks-screen";
import { getAuth } from "@/lib/auth";
import { apiTablesAreMissing, migrationCommand } from "@/lib/missing-tables";
import { signInPath } from "@/lib/next-path";
import { pageTexts } from "@/lib/page-texts";
import { isFromThisMachine } from "@/lib/request-address";
import { signedInUser } from "@/lib/session";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await pageTexts()).t("tasks.page") };
}

export default async function TasksPage({ searchParams }: PageProps<"/tasks">) {
  const user = await signedInUser();
  if (user === null) redirect(signInPath(withQuery("/tasks", await searchParams)));
  if (await apiTablesAreMissing()) return <MissingTables command={migrationCommand()} />;
  const { api, ...environment } = getAuth().environment;
  const trials = environment.trials && isFromThisMachine(await headers());
  return (
    <SessionGate key={user.id} user={user} api={{ url: api.url, credentials: api.credentials, trials }}>
      <TasksScreen />
    </SessionGate>
  );
}

function withQuery(path: string, members: Record<string, string | string[] | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, values] of Object.entries(members)) {
    for (const value of [values ?? []].flat()) query.append(name, value);
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}
