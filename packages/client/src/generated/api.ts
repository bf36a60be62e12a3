// Made from api/openapi.yaml by `npm run generate`. Do not edit.

export interface paths {
    "/api/v1/{user_id}/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The token's claim `uuid`, in any letter case. Anything else is answered 403, whether or not such a user exists.
                 * @example 7d9f3c1e-5a42-4c0b-9f6e-2b8d1a3c4e5f
                 */
                user_id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        /**
         * Lists tasks, page by page.
         * @description All filters that are given must hold. A task without the value that is sorted by comes last in both orders; ties are ordered by `id`, ascending in both orders.
         */
        get: operations["listTasks"];
        put?: never;
        /**
         * Creates a task.
         * @description Task and tags are stored in one transaction.
         */
        post: operations["createTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/{user_id}/tasks/{task_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The token's claim `uuid`, in any letter case. Anything else is answered 403, whether or not such a user exists.
                 * @example 7d9f3c1e-5a42-4c0b-9f6e-2b8d1a3c4e5f
                 */
                user_id: components["parameters"]["UserId"];
                /**
                 * @description Anything that is not a UUID names no task (404).
                 * @example 0b8a1c9e-4a53-4d6f-9c3e-6f0e3d2b7a11
                 */
                task_id: components["parameters"]["TaskId"];
            };
            cookie?: never;
        };
        /** Reads a task. */
        get: operations["getTask"];
        /**
         * Replaces a task.
         * @description A member that is absent takes its default. `id` and `created_at` stay.
         */
        put: operations["replaceTask"];
        post?: never;
        /** Deletes a task. */
        delete: operations["deleteTask"];
        options?: never;
        head?: never;
        /**
         * Changes a task.
         * @description A member that is absent is left as it is, null clears it. `tag_ids` replaces the whole list.
         */
        patch: operations["updateTask"];
        trace?: never;
    };
    "/api/v1/{user_id}/tasks/{task_id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The token's claim `uuid`, in any letter case. Anything else is answered 403, whether or not such a user exists.
                 * @example 7d9f3c1e-5a42-4c0b-9f6e-2b8d1a3c4e5f
                 */
                user_id: components["parameters"]["UserId"];
                /**
                 * @description Anything that is not a UUID names no task (404).
                 * @example 0b8a1c9e-4a53-4d6f-9c3e-6f0e3d2b7a11
                 */
                task_id: components["parameters"]["TaskId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Turns `completed` round.
         * @description A body is not looked at.
         */
        patch: operations["toggleComplete"];
        trace?: never;
    };
    "/api/v1/{user_id}/tags": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The token's claim `uuid`, in any letter case. Anything else is answered 403, whether or not such a user exists.
                 * @example 7d9f3c1e-5a42-4c0b-9f6e-2b8d1a3c4e5f
                 */
                user_id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        /**
         * Lists tags by name, page by page.
         * @description Names are compared by their Unicode code points.
         */
        get: operations["listTags"];
        put?: never;
        /** Creates a tag. */
        post: operations["createTag"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/{user_id}/tags/{tag_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The token's claim `uuid`, in any letter case. Anything else is answered 403, whether or not such a user exists.
                 * @example 7d9f3c1e-5a42-4c0b-9f6e-2b8d1a3c4e5f
                 */
                user_id: components["parameters"]["UserId"];
                /**
                 * @description A decimal number without sign and leading zero. Anything else names no tag (404).
                 * @example 1
                 */
                tag_id: components["parameters"]["TagId"];
            };
            cookie?: never;
        };
        /** Reads a tag. */
        get: operations["getTag"];
        put?: never;
        post?: never;
        /**
         * Deletes a tag.
         * @description It is taken off the tasks that have it.
         */
        delete: operations["deleteTag"];
        options?: never;
        head?: never;
        /**
         * Changes a tag.
         * @description A member that is absent is left as it is; null clears `color`.
         */
        patch: operations["updateTag"];
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Says who sent the request.
         * @description Read from the token alone, or from the one that a session or a key stands for; the database is not asked.
         */
        get: operations["getMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says that the program runs. */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Says whether requests can be served.
         * @description It stays ready on keys that could not be refreshed, for as long as they are good. An answer holds for a second, for all who ask.
         */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gives this document. */
        get: operations["getOpenapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows this document in a browser, where one can paste a token and call.
         * @description What the page loads is below `/docs/` and belongs to the page; it may change without notice. The operator can switch the page off, and this document with it: both are then 404.
         */
        get: operations["getDocs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Holds a character that is not Unicode White_Space, and no NUL. */
        NonBlankText: string;
        /** @description White space at both ends is taken off; 1 to 255 characters are left. With it, a title has at most 5,116 bytes. */
        TitleIn: components["schemas"]["NonBlankText"];
        /** @description More than 30 combining marks in a row are refused (422). */
        DescriptionIn: string | null;
        /** @enum {string|null} */
        Priority: "low" | "medium" | "high" | null;
        /** @description A date-time of RFC 3339, with or without seconds and offset; without offset in UTC. A day that the calendar does not have, and a time outside the years 0001 to 9999 in UTC, are refused (422). */
        TimeIn: string;
        /**
         * @description When the task is to be done.
         * @example 2026-11-23T10:00:00Z
         * @example 2026-11-23T11:00+01:00
         * @example 2026-11-23T10:00
         */
        DueDateIn: components["schemas"]["TimeIn"] | null;
        /**
         * @description Before `due_date` when there are both (422 at `/reminder_at` otherwise).
         * @example 2026-11-23T09:30:00Z
         */
        ReminderIn: components["schemas"]["TimeIn"] | null;
        /** @description Tags of one's own. Any other id: 422 at `/tag_ids/<index>`, and so is one that is there twice. In all, a user's tasks have at most ten tags for each task that the user may have (409 `quota_exceeded` otherwise); a task that gets no more than it had is always taken. */
        TagIdsIn: components["schemas"]["TagId"][];
        NewTask: {
            title: components["schemas"]["TitleIn"];
            /** @default null */
            description?: components["schemas"]["DescriptionIn"];
            /** @default false */
            completed?: boolean;
            /** @default null */
            priority?: components["schemas"]["Priority"];
            /** @default null */
            due_date?: components["schemas"]["DueDateIn"];
            /** @default null */
            reminder_at?: components["schemas"]["ReminderIn"];
            /** @default [] */
            tag_ids?: components["schemas"]["TagIdsIn"];
        };
        TaskChange: {
            title?: components["schemas"]["TitleIn"];
            description?: components["schemas"]["DescriptionIn"];
            completed?: boolean;
            priority?: components["schemas"]["Priority"];
            due_date?: components["schemas"]["DueDateIn"];
            reminder_at?: components["schemas"]["ReminderIn"];
            tag_ids?: components["schemas"]["TagIdsIn"];
        };
        /**
         * Format: date-time
         * @description In UTC, to the millisecond.
         */
        Time: string;
        OptionalTime: components["schemas"]["Time"] | null;
        Task: {
            id: components["schemas"]["Uuid"];
            /** @description Whose it is. */
            user_id: components["schemas"]["Uuid"];
            title: string;
            description: string | null;
            completed: boolean;
            priority: components["schemas"]["Priority"];
            /** @description When it is to be done. */
            due_date: components["schemas"]["OptionalTime"];
            /** @description Before `due_date` when there are both. */
            reminder_at: components["schemas"]["OptionalTime"];
            /** @description By name, in the order of Unicode code points. */
            tags: components["schemas"]["Tag"][];
            created_at: components["schemas"]["Time"];
            /** @description When it was last written. */
            updated_at: components["schemas"]["Time"];
        };
        TaskPage: {
            items: components["schemas"]["Task"][];
            /** @description Tasks on all pages. */
            total: components["schemas"]["Count"];
            page: components["schemas"]["PageNumber"];
            limit: components["schemas"]["PageLimit"];
            /** @description Pages that have items, `total` / `limit` rounded up. */
            pages: components["schemas"]["Count"];
        };
        /**
         * Format: int64
         * @description Never used again, not even after the tag is deleted.
         */
        TagId: number;
        /** @description White space at both ends is taken off; 1 to 50 characters are left. With it, a name has at most 4,296 bytes. No other tag of one's own has exactly this name (409 `conflict` otherwise). */
        TagNameIn: components["schemas"]["NonBlankText"];
        /** @description Red, green and blue in hexadecimal. */
        Color: string | null;
        NewTag: {
            name: components["schemas"]["TagNameIn"];
            /** @default null */
            color?: components["schemas"]["Color"];
        };
        TagChange: {
            name?: components["schemas"]["TagNameIn"];
            color?: components["schemas"]["Color"];
        };
        Tag: {
            id: components["schemas"]["TagId"];
            name: string;
            color: components["schemas"]["Color"];
        };
        TagPage: {
            items: components["schemas"]["Tag"][];
            /** @description Tags on all pages. */
            total: components["schemas"]["Count"];
            page: components["schemas"]["PageNumber"];
            limit: components["schemas"]["PageLimit"];
            /** @description Pages that have items, `total` / `limit` rounded up. */
            pages: components["schemas"]["Count"];
        };
        /** Format: uuid */
        Uuid: string;
        /** Format: int64 */
        Count: number;
        /** Format: int64 */
        PageNumber: number;
        PageLimit: number;
        Identity: {
            /** @description Claim `iss`, one of those that the server trusts. */
            issuer: string;
            /** @description Claim `sub`. Better Auth's own id of the user. */
            subject: string;
            /** @description Claim `uuid`, the user's id in this API. */
            uuid: components["schemas"]["Uuid"];
            /** @description Claim `email`. */
            email: string | null;
            /** @description Claim `emailVerified`. */
            email_verified: boolean | null;
            /** @description Claim `name`. */
            name: string | null;
            /** @description Claim `role`, split at commas, or claim `roles`. */
            roles: string[];
            /** @description Claim `sid`. */
            session_id: string | null;
            /** @description Claim `impersonatedBy`: who acts as the user, by Better Auth's own id. */
            impersonated_by: string | null;
            /**
             * @description What proved who sent the request; `key` also for a token that was made from an API key.
             * @enum {unknown}
             */
            credential: "token" | "session" | "key";
            /** @description What an API key may do: actions by resource. Empty for everything else. */
            permissions: {
                [key: string]: string[];
            };
            /** @description Claim `orgs`: the user's roles by organization. Null where the credential does not say. */
            organizations: {
                [key: string]: string[];
            } | null;
            /** @description Claim `orgs_truncated`: the user is a member of more than these. */
            organizations_truncated: boolean;
            /** @description Claim `active_org`, to be shown: the user chooses it. */
            active_organization: string | null;
            /** @description Claim `iat`, seconds since 1970-01-01T00:00:00Z. */
            issued_at: number | null;
            /** @description Claim `exp`, seconds since 1970-01-01T00:00:00Z. */
            expires_at: number;
        };
        Health: {
            /** @constant */
            status: "ok";
        };
        Ready: {
            /** @constant */
            status: "ready";
            /**
             * @description `stale`: could not be refreshed, still good.
             * @enum {unknown}
             */
            keys: "fresh" | "stale";
            /** @constant */
            database: "ready";
            /**
             * @description Whether it is known what Better Auth has revoked before its time. Left out where it is not asked, or has no revocations.
             * @enum {unknown}
             */
            revocations?: "current" | "pending" | "lost";
        };
        NotReady: {
            /** @constant */
            status: "not_ready";
            /**
             * @description `absent`: none were ever fetched, or they are too old.
             * @enum {unknown}
             */
            keys: "fresh" | "stale" | "absent";
            /** @enum {unknown} */
            database: "ready" | "not_ready";
            /**
             * @description As above. Where they are required, `pending` and `lost` are not ready.
             * @enum {unknown}
             */
            revocations?: "current" | "pending" | "lost";
        };
        OpenapiDocument: {
            /** @constant */
            openapi: "3.1.0";
            info: Record<string, never>;
            paths: Record<string, never>;
            components: Record<string, never>;
        };
        /** @description RFC 9457. `code` decides; `type` is `urn:drawbridge:error:` and the code. */
        Problem: {
            /** Format: uri */
            type: string;
            /** @description What the code means, always the same. */
            title: string;
            /** @description The HTTP status. */
            status: number;
            /** @description What is wrong with this request. Holds nothing of the token. */
            detail: string;
            code: string;
        };
        /** @description What is wrong, up to 20 things. */
        FieldErrors: {
            /** @description RFC 6901 into the body (`/tag_ids/0`; empty for the body itself), or `?` and the name of a parameter. A long name is cut. */
            pointer: string;
            /** @description Follows the name of the value in a sentence. */
            message: string;
        }[];
    };
    responses: {
        /** @description The task as it is now. */
        Task: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Task"];
            };
        };
        /** @description The tag as it is now. */
        Tag: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Tag"];
            };
        };
        /** @description It is gone. */
        Deleted: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description Not one unambiguous HTTP request, or it did not arrive in time. The connection is closed. */
        RequestMalformed: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": {
                    /** @constant */
                    type?: "urn:drawbridge:error:request_malformed";
                    /** @constant */
                    status?: 400;
                    /** @enum {unknown} */
                    code?: "request_malformed";
                } & components["schemas"]["Problem"];
            };
        };
        /** @description Not one unambiguous HTTP request (the connection is closed), or the body is not valid JSON. */
        RequestOrBodyMalformed: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": {
                    /** @enum {unknown} */
                    type?: "urn:drawbridge:error:request_malformed" | "urn:drawbridge:error:body_malformed";
                    /** @constant */
                    status?: 400;
                    /** @enum {unknown} */
                    code?: "request_malformed" | "body_malformed";
                } & components["schemas"]["Problem"];
            };
        };
        /** @description No token, or one that is not valid here. The same of a session or a key, where these are taken. */
        Unauthorized: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "WWW-Authenticate": components["headers"]["WwwAuthenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": {
                    /** @enum {unknown} */
                    type?: "urn:drawbridge:error:token_missing" | "urn:drawbridge:error:token_malformed" | "urn:drawbridge:error:token_too_large" | "urn:drawbridge:error:credential_malformed" | "urn:drawbridge:error:token_type_not_allowed" | "urn:drawbridge:error:algorithm_not_allowed" | "urn:drawbridge:error:key_id_missing" | "urn:drawbridge:error:key_unknown" | "urn:drawbridge:error:key_unusable" | "urn:drawbridge:error:signature_invalid" | "urn:drawbridge:error:claim_missing" | "urn:drawbridge:error:claim_invalid" | "urn:drawbridge:error:token_expired" | "urn:drawbridge:error:token_not_yet_valid" | "urn:drawbridge:error:token_revoked" | "urn:drawbridge:error:issuer_mismatch" | "urn:drawbridge:error:audience_mismatch" | "urn:drawbridge:error:session_unknown" | "urn:drawbridge:error:api_key_unknown";
                    /** @constant */
                    status?: 401;
                    /** @enum {unknown} */
                    code?: "token_missing" | "token_malformed" | "token_too_large" | "credential_malformed" | "token_type_not_allowed" | "algorithm_not_allowed" | "key_id_missing" | "key_unknown" | "key_unusable" | "signature_invalid" | "claim_missing" | "claim_invalid" | "token_expired" | "token_not_yet_valid" | "token_revoked" | "issuer_mismatch" | "audience_mismatch" | "session_unknown" | "api_key_unknown";
                } & components["schemas"]["Problem"];
            };
        };
        /** @description The path is another user's, whether or not that user exists. */
        ForbiddenToRead: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": {
                    /** @constant */
                    type?: "urn:drawbridge:error:user_mismatch";
                    /** @constant */
                    status?: 403;
                    /** @enum {unknown} */
                    code?: "user_mismatch";
                } & components["schemas"]["Problem"];
            };
        };
        /** @description The path is another user's, or the user is no longer in the database; or a session cookie came from a page that may not send it. */
        ForbiddenToWrite: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": {
                    /** @enum {unknown} */
                    type?: "urn:drawbridge:error:user_mismatch" | "urn:drawbridge:error:user_unknown" | "urn:drawbridge:error:origin_not_allowed";
                    /** @constant */
                    status?: 403;
                    /** @enum {unknown} */
                    code?: "user_mismatch" | "user_unknown" | "origin_not_allowed";
                } & components["schemas"]["Problem"];
            };
        };
        /** @description No such path, or no such row of this user. */
        NotFound: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": {
                    /** @constant */
                    type?: "urn:drawbridge:error:not_found";
                    /** @constant */
                    status?: 404;
                    /** @enum {unknown} */
                    code?: "not_found";
                } & components["schemas"]["Problem"];
            };
        };
        /** @description The path does not have the method. Any path can give this answer. */
        MethodNotAllowed: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                Allow: components["headers"]["Allow"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": {
                    /** @constant */
                    type?: "urn:drawbridge:error:method_not_allowed";
                    /** @constant */
                    status?: 405;
                    /** @enum {unknown} */
                    code?: "method_not_allowed";
                } & components["schemas"]["Problem"];
            };
        };
        /** @description Another tag of this user has that name. */
        Conflict: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": {
                    /** @constant */
                    type?: "urn:drawbridge:error:conflict";
                    /** @constant */
                    status?: 409;
                    /** @enum {unknown} */
                    code?: "conflict";
                } & components["schemas"]["Problem"];
            };
        };
        /** @description The user has as many tasks as one user may have, or their tasks would have more tags in all than they may. */
        QuotaExceeded: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": {
                    /** @constant */
                    type?: "urn:drawbridge:error:quota_exceeded";
                    /** @constant */
                    status?: 409;
                    /** @enum {unknown} */
                    code?: "quota_exceeded";
                } & components["schemas"]["Problem"];
            };
        };
        /** @description Another tag of this user has that name, or the user has as many tags as one user may have. */
        ConflictOrQuotaExceeded: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": {
                    /** @enum {unknown} */
                    type?: "urn:drawbridge:error:conflict" | "urn:drawbridge:error:quota_exceeded";
                    /** @constant */
                    status?: 409;
                    /** @enum {unknown} */
                    code?: "conflict" | "quota_exceeded";
                } & components["schemas"]["Problem"];
            };
        };
        /** @description The body is larger than 1 MiB. A path that needs no token takes no body at all. */
        BodyTooLarge: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": {
                    /** @constant */
                    type?: "urn:drawbridge:error:body_too_large";
                    /** @constant */
                    status?: 413;
                    /** @enum {unknown} */
                    code?: "body_too_large";
                } & components["schemas"]["Problem"];
            };
        };
        /** @description The body is not declared as JSON in UTF-8. */
        MediaTypeUnsupported: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": {
                    /** @constant */
                    type?: "urn:drawbridge:error:media_type_unsupported";
                    /** @constant */
                    status?: 415;
                    /** @enum {unknown} */
                    code?: "media_type_unsupported";
                } & components["schemas"]["Problem"];
            };
        };
        /** @description Values, members or parameters that are not taken. */
        ValidationFailed: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": {
                    /** @constant */
                    type?: "urn:drawbridge:error:validation_failed";
                    /** @constant */
                    status?: 422;
                    /** @enum {unknown} */
                    code?: "validation_failed";
                    errors: components["schemas"]["FieldErrors"];
                } & components["schemas"]["Problem"];
            };
        };
        /** @description This user has 256 requests under way, or bodies and unread answers of more than 16 MiB; or the client's address has its share of the connections. What other users get is not affected. */
        RateLimited: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Retry-After": components["headers"]["RetryAfter"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": {
                    /** @constant */
                    type?: "urn:drawbridge:error:rate_limited";
                    /** @constant */
                    status?: 429;
                    /** @enum {unknown} */
                    code?: "rate_limited";
                } & components["schemas"]["Problem"];
            };
        };
        /** @description Request line and headers are larger than 32 KiB. */
        HeadersTooLarge: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": {
                    /** @constant */
                    type?: "urn:drawbridge:error:headers_too_large";
                    /** @constant */
                    status?: 431;
                    /** @enum {unknown} */
                    code?: "headers_too_large";
                } & components["schemas"]["Problem"];
            };
        };
        /** @description A fault of the server; nothing of it is shown. */
        InternalError: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": {
                    /** @constant */
                    type?: "urn:drawbridge:error:internal_error";
                    /** @constant */
                    status?: 500;
                    /** @enum {unknown} */
                    code?: "internal_error";
                } & components["schemas"]["Problem"];
            };
        };
        /** @description The token, session or key cannot be checked at the moment. It may be valid. */
        KeysUnavailable: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Retry-After": components["headers"]["RetryAfter"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": {
                    /** @enum {unknown} */
                    type?: "urn:drawbridge:error:keys_unavailable" | "urn:drawbridge:error:session_unavailable" | "urn:drawbridge:error:revocations_unavailable";
                    /** @constant */
                    status?: 503;
                    /** @enum {unknown} */
                    code?: "keys_unavailable" | "session_unavailable" | "revocations_unavailable";
                } & components["schemas"]["Problem"];
            };
        };
        /** @description The token, session or key cannot be checked at the moment, or the database cannot be used, or took too long. */
        Unavailable: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Retry-After": components["headers"]["RetryAfter"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": {
                    /** @enum {unknown} */
                    type?: "urn:drawbridge:error:keys_unavailable" | "urn:drawbridge:error:session_unavailable" | "urn:drawbridge:error:revocations_unavailable" | "urn:drawbridge:error:store_unavailable" | "urn:drawbridge:error:statement_timeout";
                    /** @constant */
                    status?: 503;
                    /** @enum {unknown} */
                    code?: "keys_unavailable" | "session_unavailable" | "revocations_unavailable" | "store_unavailable" | "statement_timeout";
                } & components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        /**
         * @description The token's claim `uuid`, in any letter case. Anything else is answered 403, whether or not such a user exists.
         * @example 7d9f3c1e-5a42-4c0b-9f6e-2b8d1a3c4e5f
         */
        UserId: string;
        /**
         * @description Anything that is not a UUID names no task (404).
         * @example 0b8a1c9e-4a53-4d6f-9c3e-6f0e3d2b7a11
         */
        TaskId: string;
        /**
         * @description A decimal number without sign and leading zero. Anything else names no tag (404).
         * @example 1
         */
        TagId: components["schemas"]["TagId"];
        /**
         * @description Which page, from 1.
         * @example 2
         */
        Page: components["schemas"]["PageNumber"];
        /**
         * @description Items on a page.
         * @example 50
         */
        Limit: components["schemas"]["PageLimit"];
    };
    requestBodies: {
        NewTask: {
            content: {
                "application/json": components["schemas"]["NewTask"];
            };
        };
    };
    headers: {
        /**
         * @description Names this answer in the server's log.
         * @example 5f0c9a2b0000002a
         */
        RequestId: string;
        /**
         * @description The path of what was created.
         * @example /api/v1/7d9f3c1e-5a42-4c0b-9f6e-2b8d1a3c4e5f/tasks/0b8a1c9e-4a53-4d6f-9c3e-6f0e3d2b7a11
         */
        Location: string;
        /**
         * @description RFC 6750: for `token_missing` the challenge alone, else with `error` and the code.
         * @example Bearer realm="drawbridge", error="invalid_token", error_description="token_expired"
         */
        WwwAuthenticate: string;
        /**
         * @description Seconds to wait before asking again.
         * @example 1
         */
        RetryAfter: number;
        /**
         * @description The methods that the path has.
         * @example GET, HEAD, POST
         */
        Allow: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listTasks: {
        parameters: {
            query?: {
                /**
                 * @description Only tasks that are not completed (`open`), or only those that are.
                 * @example open
                 */
                status?: "all" | "open" | "completed";
                /**
                 * @description Only tasks of this priority.
                 * @example high
                 */
                priority?: "low" | "medium" | "high";
                /**
                 * @description Only tasks that have any of these tags: `tag=1&tag=2`. The id of no tag of one's own matches nothing.
                 * @example [
                 *       1,
                 *       2
                 *     ]
                 */
                tag?: components["schemas"]["TagId"][];
                /**
                 * @description Only tasks with a `due_date` at this time or later.
                 * @example 2026-11-23T00:00+01:00
                 */
                due_after?: components["schemas"]["TimeIn"];
                /**
                 * @description Only tasks with a `due_date` before this time.
                 * @example 2026-11-24T00:00Z
                 */
                due_before?: components["schemas"]["TimeIn"];
                /**
                 * @description Only tasks whose title or description contains this text; letter case is ignored. Empty filters nothing.
                 * @example milk
                 */
                search?: string;
                /**
                 * @description `priority` ascending is low, medium, high; `title` is compared with letter case ignored.
                 * @example due_date
                 */
                sort_by?: "created_at" | "due_date" | "priority" | "title";
                /**
                 * @description Ascending or descending.
                 * @example asc
                 */
                order?: "asc" | "desc";
                /**
                 * @description Which page, from 1.
                 * @example 2
                 */
                page?: components["parameters"]["Page"];
                /**
                 * @description Items on a page.
                 * @example 50
                 */
                limit?: components["parameters"]["Limit"];
            };
            header?: never;
            path: {
                /**
                 * @description The token's claim `uuid`, in any letter case. Anything else is answered 403, whether or not such a user exists.
                 * @example 7d9f3c1e-5a42-4c0b-9f6e-2b8d1a3c4e5f
                 */
                user_id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page. Past the end it has no items. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskPage"];
                };
            };
            400: components["responses"]["RequestMalformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["ForbiddenToRead"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["BodyTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The token's claim `uuid`, in any letter case. Anything else is answered 403, whether or not such a user exists.
                 * @example 7d9f3c1e-5a42-4c0b-9f6e-2b8d1a3c4e5f
                 */
                user_id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["NewTask"];
        responses: {
            /** @description The task as it was stored. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            400: components["responses"]["RequestOrBodyMalformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["ForbiddenToWrite"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["QuotaExceeded"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The token's claim `uuid`, in any letter case. Anything else is answered 403, whether or not such a user exists.
                 * @example 7d9f3c1e-5a42-4c0b-9f6e-2b8d1a3c4e5f
                 */
                user_id: components["parameters"]["UserId"];
                /**
                 * @description Anything that is not a UUID names no task (404).
                 * @example 0b8a1c9e-4a53-4d6f-9c3e-6f0e3d2b7a11
                 */
                task_id: components["parameters"]["TaskId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Task"];
            400: components["responses"]["RequestMalformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["ForbiddenToRead"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["BodyTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    replaceTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The token's claim `uuid`, in any letter case. Anything else is answered 403, whether or not such a user exists.
                 * @example 7d9f3c1e-5a42-4c0b-9f6e-2b8d1a3c4e5f
                 */
                user_id: components["parameters"]["UserId"];
                /**
                 * @description Anything that is not a UUID names no task (404).
                 * @example 0b8a1c9e-4a53-4d6f-9c3e-6f0e3d2b7a11
                 */
                task_id: components["parameters"]["TaskId"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["NewTask"];
        responses: {
            200: components["responses"]["Task"];
            400: components["responses"]["RequestOrBodyMalformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["ForbiddenToWrite"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["QuotaExceeded"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The token's claim `uuid`, in any letter case. Anything else is answered 403, whether or not such a user exists.
                 * @example 7d9f3c1e-5a42-4c0b-9f6e-2b8d1a3c4e5f
                 */
                user_id: components["parameters"]["UserId"];
                /**
                 * @description Anything that is not a UUID names no task (404).
                 * @example 0b8a1c9e-4a53-4d6f-9c3e-6f0e3d2b7a11
                 */
                task_id: components["parameters"]["TaskId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["Deleted"];
            400: components["responses"]["RequestMalformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["ForbiddenToWrite"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["BodyTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    updateTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The token's claim `uuid`, in any letter case. Anything else is answered 403, whether or not such a user exists.
                 * @example 7d9f3c1e-5a42-4c0b-9f6e-2b8d1a3c4e5f
                 */
                user_id: components["parameters"]["UserId"];
                /**
                 * @description Anything that is not a UUID names no task (404).
                 * @example 0b8a1c9e-4a53-4d6f-9c3e-6f0e3d2b7a11
                 */
                task_id: components["parameters"]["TaskId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TaskChange"];
            };
        };
        responses: {
            200: components["responses"]["Task"];
            400: components["responses"]["RequestOrBodyMalformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["ForbiddenToWrite"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["QuotaExceeded"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    toggleComplete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The token's claim `uuid`, in any letter case. Anything else is answered 403, whether or not such a user exists.
                 * @example 7d9f3c1e-5a42-4c0b-9f6e-2b8d1a3c4e5f
                 */
                user_id: components["parameters"]["UserId"];
                /**
                 * @description Anything that is not a UUID names no task (404).
                 * @example 0b8a1c9e-4a53-4d6f-9c3e-6f0e3d2b7a11
                 */
                task_id: components["parameters"]["TaskId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Task"];
            400: components["responses"]["RequestMalformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["ForbiddenToWrite"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["BodyTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listTags: {
        parameters: {
            query?: {
                /**
                 * @description Which page, from 1.
                 * @example 2
                 */
                page?: components["parameters"]["Page"];
                /**
                 * @description Items on a page.
                 * @example 50
                 */
                limit?: components["parameters"]["Limit"];
            };
            header?: never;
            path: {
                /**
                 * @description The token's claim `uuid`, in any letter case. Anything else is answered 403, whether or not such a user exists.
                 * @example 7d9f3c1e-5a42-4c0b-9f6e-2b8d1a3c4e5f
                 */
                user_id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page. Past the end it has no items. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TagPage"];
                };
            };
            400: components["responses"]["RequestMalformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["ForbiddenToRead"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["BodyTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createTag: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The token's claim `uuid`, in any letter case. Anything else is answered 403, whether or not such a user exists.
                 * @example 7d9f3c1e-5a42-4c0b-9f6e-2b8d1a3c4e5f
                 */
                user_id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTag"];
            };
        };
        responses: {
            /** @description The tag as it was stored. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tag"];
                };
            };
            400: components["responses"]["RequestOrBodyMalformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["ForbiddenToWrite"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["ConflictOrQuotaExceeded"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getTag: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The token's claim `uuid`, in any letter case. Anything else is answered 403, whether or not such a user exists.
                 * @example 7d9f3c1e-5a42-4c0b-9f6e-2b8d1a3c4e5f
                 */
                user_id: components["parameters"]["UserId"];
                /**
                 * @description A decimal number without sign and leading zero. Anything else names no tag (404).
                 * @example 1
                 */
                tag_id: components["parameters"]["TagId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Tag"];
            400: components["responses"]["RequestMalformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["ForbiddenToRead"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["BodyTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteTag: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The token's claim `uuid`, in any letter case. Anything else is answered 403, whether or not such a user exists.
                 * @example 7d9f3c1e-5a42-4c0b-9f6e-2b8d1a3c4e5f
                 */
                user_id: components["parameters"]["UserId"];
                /**
                 * @description A decimal number without sign and leading zero. Anything else names no tag (404).
                 * @example 1
                 */
                tag_id: components["parameters"]["TagId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["Deleted"];
            400: components["responses"]["RequestMalformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["ForbiddenToWrite"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["BodyTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    updateTag: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The token's claim `uuid`, in any letter case. Anything else is answered 403, whether or not such a user exists.
                 * @example 7d9f3c1e-5a42-4c0b-9f6e-2b8d1a3c4e5f
                 */
                user_id: components["parameters"]["UserId"];
                /**
                 * @description A decimal number without sign and leading zero. Anything else names no tag (404).
                 * @example 1
                 */
                tag_id: components["parameters"]["TagId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TagChange"];
            };
        };
        responses: {
            200: components["responses"]["Tag"];
            400: components["responses"]["RequestOrBodyMalformed"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["ForbiddenToWrite"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["MediaTypeUnsupported"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The identity. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Identity"];
                };
            };
            400: components["responses"]["RequestMalformed"];
            401: components["responses"]["Unauthorized"];
            413: components["responses"]["BodyTooLarge"];
            422: components["responses"]["ValidationFailed"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["KeysUnavailable"];
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It runs, whether or not it is ready. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            400: components["responses"]["RequestMalformed"];
            413: components["responses"]["BodyTooLarge"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Keys and database are there. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ready"];
                };
            };
            400: components["responses"]["RequestMalformed"];
            413: components["responses"]["BodyTooLarge"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            /** @description Something that every request needs is not there. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotReady"];
                };
            };
        };
    };
    getOpenapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description This document as JSON. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenapiDocument"];
                };
            };
            400: components["responses"]["RequestMalformed"];
            413: components["responses"]["BodyTooLarge"];
            422: components["responses"]["ValidationFailed"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
        };
    };
    getDocs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    /** @description Scripts, styles and calls are those of this server alone, and no other page may frame this one. */
                    "Content-Security-Policy": string;
                    /** @description Of the page as it is sent, to be asked for again with `If-None-Match`. */
                    ETag: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description The page is the one that `If-None-Match` names. */
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["RequestMalformed"];
            413: components["responses"]["BodyTooLarge"];
            422: components["responses"]["ValidationFailed"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
        };
    };
}
