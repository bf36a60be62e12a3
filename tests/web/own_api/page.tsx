"use client";

// What the blocks of docs/own-api.md are, at hand for the test in the page's own console.

import { useEffect } from "react";

import { ApiScope, useApiFetch } from "@/components/api-scope";
import { Notes } from "@/components/notes";
import { authClient } from "@/lib/auth-client";
import { download, upload } from "@/lib/download";
import { readEvents } from "@/lib/events";
import { openSocket, openSocketBySubprotocol } from "@/lib/live";
import { typedApi } from "@/lib/typed-api";

function Console() {
  const api = useApiFetch();
  useEffect(() => {
    const baseUrl = new URL("/backend", window.location.href).href;
    const typed = typedApi(api, baseUrl);
    const notes = async (): Promise<string[] | undefined> => (await typed.GET("/notes")).data;
    Object.assign(window, { api, authClient, download, notes, openSocket, openSocketBySubprotocol });
    Object.assign(window, { readEvents, upload });
  }, [api]);
  return <p>The console is ready.</p>;
}

export default function OwnApiPage() {
  return (
    <ApiScope>
      <Notes />
      <Console />
    </ApiScope>
  );
}
