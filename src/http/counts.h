#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "drawbridge/auth_error.h"

#include "core/counts/counter.h"
#include "core/counts/durations.h"
#include "http/router.h"
#include "http/shed.h"

namespace drawbridge::http {

/// What a server's requests and connections came to. Each worker writes into a part of its own, so that no
/// worker waits for another; any thread may read. Of a request it has the route's pattern, the status and the
/// code, and no more.
class Counts {
 public:
  /// Those that a server answers with; all others are counted together, behind these.
  static constexpr std::array statuses{200, 201, 204, 304, 400, 401, 403, 404, 405,
                                       409, 413, 415, 422, 429, 431, 500, 503};
  static constexpr std::size_t codes = static_cast<std::size_t>(ErrorCode::internal_error) + 1;

  /// One request that was answered. `route` is its place among the routes; beyond them what found none.
  struct Answered {
    std::size_t route;
    int status;
    std::optional<ErrorCode> code;
    std::optional<Shed> shed;
    std::chrono::nanoseconds took;
  };

  /// What one worker counts.
  class Part {
   public:
    explicit Part(std::size_t routes) : routes_(routes) {}

    void add(const Answered& answered) noexcept;
    void add(Shed shed) noexcept { sheds_.at(static_cast<std::size_t>(shed)).add(); }
    void add_opened() noexcept { opened_.add(); }
    void add_closed() noexcept { closed_.add(); }

   private:
    friend class Counts;
    struct OfRoute {
      std::array<Counter, statuses.size() + 1> answers;
      Durations took;
    };
    std::vector<OfRoute> routes_;
    std::array<Counter, codes> refusals_;
    std::array<Counter, shed_names.size()> sheds_;
    Counter opened_;
    Counter closed_;
  };

  /// All parts together.
  struct Seen {
    struct OfRoute {
      std::string_view pattern;  ///< empty for what found no route
      std::array<std::uint64_t, statuses.size() + 1> answers{};
      Durations::Seen took{};
    };
    std::vector<OfRoute> routes{};  ///< the last is what found none
    std::array<std::uint64_t, codes> refusals{};
    std::array<std::uint64_t, shed_names.size()> sheds{};
    std::uint64_t connections_opened = 0;
    std::uint64_t connections_closed = 0;  ///< never more than were opened
  };

  Counts(std::span<const Route> routes, std::size_t workers);

  Part& of_worker(std::size_t index) { return *parts_.at(index); }
  Seen seen() const;

 private:
  std::vector<std::string_view> patterns_;
  std::vector<std::unique_ptr<Part>> parts_;
};

}  // namespace drawbridge::http
