"use client";

import { lazy, Suspense, useMemo } from "react";

import type { BridgeSettings } from "@/components/bridge/trials";
import { useTexts } from "@/components/texts/texts";
import { useApi } from "@/lib/api";

/** A script of its own: the list is there before it. */
const Bridge = lazy(() => import("@/components/bridge/bridge"));

/** The bridge of this page: its client, and where its API and its Better Auth are. */
export function BridgePanel() {
  const { t, locale } = useTexts();
  const { client, settings, record } = useApi();
  const { url, credentials, trials } = settings;
  const bridge = useMemo<BridgeSettings>(
    () => ({
      record,
      apiUrl: url,
      pathOf: (uuid) => `/api/v1/${uuid}/tasks?limit=1`,
      uuid: () => (client.unverifiedToken()?.claims.uuid as string | undefined) ?? null,
      credentials,
      authUrl: "/api/auth",
      heldToken: () => client.unverifiedToken(),
      trialsUrl: trials ? "/api/bridge" : null,
    }),
    [client, record, url, credentials, trials],
  );
  return (
    <Suspense>
      <Bridge settings={bridge} say={t} locale={locale} />
    </Suspense>
  );
}
