#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "drawbridge/remote_verifier.h"

#include "core/jose/ed25519/key_tables.h"

namespace drawbridge::fetch {

/// Makes the tables that KeyTables wants, on a thread that nobody waits for, and tells of its faults.
class TableBuilder {
 public:
  /// Called from the thread.
  using Tell = std::function<void(KeySource::Event)>;

  /// Starts no thread where `tables` want none.
  TableBuilder(ed25519::KeyTables& tables, Tell tell);
  ~TableBuilder() { stop(); }
  TableBuilder(const TableBuilder&) = delete;
  TableBuilder& operator=(const TableBuilder&) = delete;

  /// After each verification. Returns at once.
  void look() {
    if (tables_.has_work()) wake();
  }
  /// Ends the thread, when the table that is being made is.
  void stop();

 private:
  void run();
  void work();
  void wake();

  ed25519::KeyTables& tables_;
  const Tell tell_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace drawbridge::fetch
