"use client";

import { useQuery } from "@tanstack/react-query";

import { useApi } from "@/lib/api";
import { isAboutSession, mayPass } from "@/lib/problems";

/** Milliseconds. With the second in which the API learns what Better Auth has ended, it is less than two. */
const every = 750;

/**
 * Has the page see within two seconds that its session was ended, by whatever browser: it asks the API who it takes the user to
 * be. Better Auth is not asked while the answer is good, and nothing is while the page is hidden. What is done about an answer
 * that is not, stands in `ApiProvider` for all queries.
 */
export function SessionWatch() {
  const { client, userId, retryEvery } = useApi();
  useQuery({
    queryKey: [userId, "session"],
    queryFn: ({ signal }) => client.me({ signal }),
    staleTime: 0, // also when the page is shown again
    refetchInterval: ({ state: { error } }) => {
      if (error === null) return every;
      return mayPass(error) || isAboutSession(error) ? retryEvery : false;
    },
    notifyOnChangeProps: [], // nothing of it is shown
  });
  return null;
}
