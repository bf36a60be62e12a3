#include "database/work_queue.h"

#include <algorithm>
#include <utility>

namespace drawbridge::database {
namespace {

bool is_late(const WorkQueue::Piece& piece, WorkQueue::Time now) {
  return now >= piece.begins_by || piece.gone.stop_requested();
}

}  // namespace

WorkQueue::WorkQueue(std::size_t threads, std::size_t places)
    : most_costly_{std::max<std::size_t>(threads, 2) - 1}, places_{places} {}

bool WorkQueue::add(Ticket ticket, Piece piece, Time now) {
  if (waiting_ + running_.size() >= places_) drop_all_late(now);
  if (waiting_ + running_.size() >= places_) return false;
  Entries one;
  one.push_back({ticket, std::move(piece)});
  const Piece& added = one.front().piece;
  auto line = lines_.find(added.owner);
  if (line == lines_.end()) {
    std::list<Lines::iterator> turn(1);
    line = lines_.try_emplace(added.owner).first;
    turn.front() = line;
    turns_.splice(turns_.end(), turn);
  }
  Entries& entries = added.costly ? line->second.costly : line->second.quick;
  entries.splice(entries.end(), one);
  ++waiting_;
  return true;
}

std::optional<WorkQueue::Ticket> WorkQueue::next(Time now) {
  for (auto turn = turns_.begin(); turn != turns_.end();) {
    const auto line = *turn;
    drop_late_heads(line->second, now);
    Entries* const ready = ready_in(line->second);
    if (ready == nullptr) {
      ++turn;
      forget_if_empty(line);
      continue;
    }
    turns_.splice(turns_.end(), turns_, turn);
    running_.splice(running_.end(), *ready, ready->begin());
    --waiting_;
    const Entry& begun = running_.back();
    if (begun.piece.costly) {
      line->second.costly_runs = true;
      ++costly_running_;
    }
    return begun.ticket;
  }
  return std::nullopt;
}

bool WorkQueue::end(Ticket ticket) {
  const auto ended = std::ranges::find(running_, ticket, &Entry::ticket);
  const bool was_costly = ended->piece.costly;
  if (was_costly) {
    const auto line = lines_.find(ended->piece.owner);
    line->second.costly_runs = false;
    --costly_running_;
    forget_if_empty(line);
  }
  running_.erase(ended);
  return was_costly && waiting_ > 0;
}

std::optional<WorkQueue::Ticket> WorkQueue::next_dropped() {
  if (dropped_.empty()) return std::nullopt;
  const Ticket ticket = dropped_.front().ticket;
  dropped_.pop_front();
  return ticket;
}

void WorkQueue::drop_from(Entries& entries, Entries::iterator entry) {
  dropped_.splice(dropped_.end(), entries, entry);
  --waiting_;
}

void WorkQueue::drop_late_heads(Line& line, Time now) {
  for (Entries* entries : {&line.quick, &line.costly}) {
    while (!entries->empty() && is_late(entries->front().piece, now)) drop_from(*entries, entries->begin());
  }
}

void WorkQueue::drop_all_late(Time now) {
  for (auto line = lines_.begin(); line != lines_.end();) {
    for (Entries* entries : {&line->second.quick, &line->second.costly}) {
      for (auto entry = entries->begin(); entry != entries->end();) {
        const auto here = entry++;
        if (is_late(here->piece, now)) drop_from(*entries, here);
      }
    }
    forget_if_empty(line++);
  }
}

WorkQueue::Entries* WorkQueue::ready_in(Line& line) {
  const bool costly_may = !line.costly.empty() && !line.costly_runs && costly_running_ < most_costly_;
  if (!costly_may) return line.quick.empty() ? nullptr : &line.quick;
  if (line.quick.empty()) return &line.costly;
  return line.costly.front().ticket < line.quick.front().ticket ? &line.costly : &line.quick;
}

void WorkQueue::forget_if_empty(Lines::iterator line) {
  const Line& in = line->second;
  if (in.costly_runs || !in.quick.empty() || !in.costly.empty()) return;
  turns_.remove(line);
  lines_.erase(line);
}

}  // namespace drawbridge::database
