import { NotSignedInError } from "@drawbridge/client";
import { connection } from "next/server";
import { Suspense } from "react";

import { serverFetch } from "@/lib/server-fetch";

export default function ServerPage() {
  return (
    <Suspense fallback={<p>Loading…</p>}>
      <NotesOfTheServer />
    </Suspense>
  );
}

async function NotesOfTheServer() {
  await connection();
  try {
    const notes: string[] = await (await serverFetch()("/notes")).json();
    return <p>{notes.join()}, says the server</p>;
  } catch (error) {
    if (error instanceof NotSignedInError) return <p>Nobody is signed in, says the server</p>;
    throw error;
  }
}
