"use client";

import { betterAuthToken, type Client, createClient } from "@drawbridge/client";
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createContext, type ReactNode, use, useEffect, useState } from "react";

import { BridgeRecord } from "@/components/bridge/record";
import { authClient } from "@/lib/auth-client";
import type { ApiOfPages } from "@/lib/environment";
import { isAboutSession, mayPass } from "@/lib/problems";

interface Api {
  client: Client;
  /** Where it is, and what its requests go by. */
  settings: ApiOfPages;
  /** Query keys begin with it, so that no data can be taken for another user's. */
  userId: string;
  /** What the bridge panel shows. */
  record: BridgeRecord;
  /** Milliseconds between two tries while something is away. */
  retryEvery: number;
}

const ApiContext = createContext<Api | null>(null);

/** Milliseconds between two tries while the API, or Better Auth, is away: at least these, and less than twice as many. */
const leastRetry = 3_000;

/**
 * The API for one user: a client with its token, or for the session's cookie, and a cache with its data. Give it the user's id as `key`, so that
 * another user gets another one.
 */
export function ApiProvider(props: {
  settings: ApiOfPages;
  userId: string;
  /** An answer says that the session has ended, or is another user's. */
  onSessionDoubt: () => void;
  children: ReactNode;
}) {
  const { settings, userId, onSessionDoubt, children } = props;
  const [{ api, queryClient }] = useState(() => makeApi(settings, userId, onSessionDoubt));
  useEffect(() => {
    return () => {
      api.client.clear();
      queryClient.clear();
    };
  }, [api, queryClient]);
  return (
    <ApiContext value={api}>
      <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
    </ApiContext>
  );
}

/** The API of the signed-in user. */
export function useApi(): Api {
  const api = use(ApiContext);
  if (api === null) throw new Error("useApi is used outside of ApiProvider");
  return api;
}

function makeApi(settings: ApiOfPages, userId: string, onSessionDoubt: () => void) {
  // Another for each page, so that they do not all come back at once. One for all tries, since TanStack Query begins to wait
  // anew when it is told another time.
  const retryEvery = Math.round(leastRetry * (1 + Math.random()));
  const record = new BridgeRecord(({ path }) => path === "/api/v1/me"); // that of SessionWatch
  const client = createClient({
    baseUrl: settings.url,
    ...(settings.credentials === "session" ? { credentials: "session" } : { getToken: betterAuthToken(authClient) }),
    subject: userId, // a cookie that has changed since the page was made is another user's
    onAttempt: record.add,
  });
  const onError = (error: Error) => {
    if (isAboutSession(error)) onSessionDoubt();
  };
  const queryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      // "always": an API on this machine answers without a network too. The client has tried again by itself where that
      // is right; what may pass is asked for again as long as it is shown.
      queries: {
        networkMode: "always",
        retry: false,
        staleTime: 5_000,
        refetchInterval: (query) => (mayPass(query.state.error) ? retryEvery : false),
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
  return { api: { client, settings, userId, record, retryEvery }, queryClient };
}
