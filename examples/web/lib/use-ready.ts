import { useSyncExternalStore } from "react";

const never = () => () => {};

/** Whether the page's script runs. The server has sent the page before that, and what is typed or pressed until then would be lost. */
export function useReady(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
