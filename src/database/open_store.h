#pragma once

#include <memory>

#include "database/database_url.h"
#include "database/threaded_store.h"

namespace drawbridge::database {

/// The store for a URL, its threads started. Nothing is read or made yet: a database that cannot be used
/// shows in each result, and is used once it can be.
std::unique_ptr<Store> open_store(const DatabaseUrl& url, ThreadedStore::Options options = {});

}  // namespace drawbridge::database
