import type { ApiRequest } from "./exchange.js";

/** A request of the tasks API: JSON there and back. */
export interface JsonRequest {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  query?: Record<string, unknown> | undefined;
  /** To be sent as JSON. */
  body?: unknown;
}

export function jsonRequest(baseUrl: string, path: string, { method, query, body }: JsonRequest): ApiRequest {
  const headers = new Headers({ Accept: "application/json" });
  const url = baseUrl + path + queryString(query);
  if (body === undefined) return { method, path, url, headers };
  headers.set("Content-Type", "application/json");
  return { method, path, url, headers, init: { body: JSON.stringify(body) } };
}

/** Members that are undefined are left out; an array is the same name several times. */
function queryString(query: Record<string, unknown> = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined) parameters.append(name, String(each));
    }
  }
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}
