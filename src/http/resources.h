#pragma once

// The resources of the API, one file each. Plain functions: a request goes in, and out comes the answer or
// the work on the database that gives it.

#include "http/request.h"
#include "http/response.h"

namespace drawbridge::http {

Outcome list_tasks(const Request& request);
Outcome create_task(const Request& request);
Outcome get_task(const Request& request);
Outcome replace_task(const Request& request);
Outcome change_task(const Request& request);
Outcome toggle_task(const Request& request);
Outcome delete_task(const Request& request);

Outcome list_tags(const Request& request);
Outcome create_tag(const Request& request);
Outcome get_tag(const Request& request);
Outcome change_tag(const Request& request);
Outcome delete_tag(const Request& request);

Outcome get_me(const Request& request);

/// Whether the process answers.
Outcome get_healthz(const Request& request);
/// Whether it can do its work: keys to verify with, and a database that is complete.
Outcome get_readyz(const Request& request);

/// The contract, api/openapi.yaml, as JSON.
Outcome get_openapi(const Request& request);

/// The page that shows the contract in a browser, where one can paste a token and call.
Outcome get_docs(const Request& request);
/// What that page loads.
Outcome get_docs_file(const Request& request);

}  // namespace drawbridge::http
