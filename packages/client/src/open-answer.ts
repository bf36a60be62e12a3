import { NetworkError } from "./errors.js";
import type { Way } from "./underway.js";

/**
 * Bytes of a body that are read before anybody asks for them. An answer within it is over soon, its connection free and
 * its request no longer on its way, though the caller never reads it.
 */
const readAhead = 64 * 1024;

export interface Named {
  method: string;
  baseUrl: string;
  path: string;
}

/**
 * The answer, whose body ends with its request's signal too, however late that is aborted: a stream of one user's data does
 * not go on after `clear`. A connection that is lost within the body is a `NetworkError`, as it is before it.
 */
export function openAnswer(response: Response, way: Way, { method, baseUrl, path }: Named): Response {
  if (!response.body) {
    way.end();
    return response;
  }
  const reader = response.body.getReader();
  const { signal } = way;
  let stop = () => {};
  const finish = () => {
    signal.removeEventListener("abort", stop);
    way.end();
  };
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        stop = () => {
          finish();
          controller.error(signal.reason);
          reader.cancel(signal.reason).catch(() => {});
        };
        if (signal.aborted) stop();
        else signal.addEventListener("abort", stop);
      },
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (signal.aborted) return; // it has its error, and takes no more
          if (!done) return controller.enqueue(value);
          controller.close();
        } catch (cause) {
          controller.error(
            new NetworkError(method, baseUrl, path, cause, "the connection was lost in the middle of the answer."),
          );
        }
        finish();
      },
      async cancel(reason) {
        finish();
        await reader.cancel(reason);
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: readAhead }),
  );
  const { status, statusText, headers, url } = response;
  const opened = new Response(body, { status, statusText, headers });
  Object.defineProperty(opened, "url", { value: url });
  return opened;
}
